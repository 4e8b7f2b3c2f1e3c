/// Writes `.npy` files like NumPy.
public enum NumPyWriter {
  /// A file of version 1.0, 2.0 or 3.0. In the last two, the header's length has four bytes.
  public static func npy(
    _ descriptor: String, _ shape: [Int], _ elements: [UInt8], isFortranOrder: Bool = false,
    version: UInt8 = 1
  ) -> [UInt8] {
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let order = isFortranOrder ? "True" : "False"
    return npy(
      header: "{'descr': '\(descriptor)', 'fortran_order': \(order), 'shape': (\(lengths)), }",
      elements, version: version)
  }

  /// A file with any header.
  public static func npy(header: String, _ elements: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let digits = version == 1 ? 2 : 4
    var text = Array(header.utf8)
    // NumPy aligns the elements to 64 bytes.
    text += [UInt8](repeating: 0x20, count: 63 - (8 + digits + text.count) % 64) + [0x0A]
    return [0x93] + Array("NUMPY".utf8) + [version, 0]
      + ZipWriter.number(text.count, digits) + text + elements
  }

  /// An archive of arrays like those of `numpy.savez` and `numpy.savez_compressed`.
  public static func npz(_ arrays: [(String, [UInt8])], isDeflated: Bool = false) -> [UInt8] {
    ZipWriter.archive(
      arrays.map { name, npy in
        var member = ZipWriter.Member(name + ".npy", npy)
        member.isDeflated = isDeflated
        return member
      })
  }
}
