import Digests
import Foundation
import Testing

@Suite struct SHA256Tests {
  /// The examples of FIPS 180-4 and of NIST's page on it, and the digest of empty input.
  @Test(arguments: [
    ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ])
  func knownDigests(text: String, count: Int, expected: String) {
    let data = Data(repeatElement(Array(text.utf8), count: count).joined())
    #expect(SHA256.digest(of: data).hexadecimal == expected)
  }

  @Test(arguments: [1, 7, 63, 64, 65, 1000])
  func piecesGiveTheDigestOfTheWhole(length: Int) {
    let bytes = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    var hash = SHA256()
    for start in stride(from: 0, to: bytes.count, by: length) {
      hash.update(bytes[start..<min(start + length, bytes.count)])
    }
    hash.update(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(hash.finalize() == SHA256.digest(of: bytes))
  }
}
