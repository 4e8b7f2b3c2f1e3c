import Datasets
import Testing

@Suite struct WebAddressTests {
  @Test(arguments: [
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "https://example.org:8443/a?b=c#d",
    "HTTPS://example.org", "http://localhost:8000/x", "http://127.0.0.1/x", "http://127.9.8.7:1/x",
    "http://[::1]:8000/x", "https://[2001:db8::1]/x",
  ])
  func safeAddressesAreTaken(text: String) throws {
    #expect(try WebAddress(text).text == text)
  }

  @Test(arguments: [
    "http://example.org/x", "http://127.0.0.1.example.org/x", "http://localhost.example.org/x",
    "http://127.1/x", "http://127.0.0.256/x", "http://0.0.0.0/x", "http://[::2]/x",
  ])
  func plainHTTPToOthersIsRefused(text: String) {
    #expect(throws: WebAddressError.insecure(text)) { try WebAddress(text) }
  }

  @Test(arguments: [
    "", "example.org", "ftp://example.org/x", "file:///etc/passwd", "https://", "https:///x",
    "https://user:word@example.org/x", "http://localhost@example.org/x", "https://example.org:x/",
    "https://exam ple.org/", "https://example.org/\n", "http://127.0.0.1\\@example.org/",
    "https://[::1/x", "https://[::1]x/", "-o/etc/passwd", "https://example.org:99999/x",
  ])
  func whatIsNoAddressIsRefused(text: String) {
    #expect {
      try WebAddress(text)
    } throws: { error in
      guard case .malformed? = error as? WebAddressError else { return false }
      return !"\(error)".contains("\n")
    }
  }
}
