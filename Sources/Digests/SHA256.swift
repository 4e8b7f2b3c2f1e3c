import CCrypto
import Foundation

/// SHA-256 over bytes that arrive in pieces, computed by OpenSSL's libcrypto.
///
/// Source: NIST, FIPS 180-4, "Secure Hash Standard", 2015.
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto offers no SHA-256, or memory has run out")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(status == 1, "libcrypto can't digest \(bytes.count) bytes")
  }

  public mutating func update(_ data: some DataProtocol) {
    for region in data.regions { region.withUnsafeBytes { update($0) } }
  }

  /// The digest of all bytes so far, which ends the computation.
  public consuming func finalize() -> Digest {
    var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
    let status = EVP_DigestFinal_ex(context, &bytes, nil)
    precondition(status == 1, "libcrypto can't finish a digest")
    return Digest(bytes: bytes)
  }

  public static func digest(of data: some DataProtocol) -> Digest {
    var hash = SHA256()
    hash.update(data)
    return hash.finalize()
  }
}

extension SHA256 {
  /// A digest of 32 bytes.
  public struct Digest: Hashable, Sendable {
    static let byteCount = 32

    public let bytes: [UInt8]

    /// In lowercase hexadecimal, 64 digits.
    public var hexadecimal: String {
      let digits = Array("0123456789abcdef".utf8)
      let text = bytes.flatMap { byte in [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
      return String(decoding: text, as: UTF8.self)
    }
  }
}
