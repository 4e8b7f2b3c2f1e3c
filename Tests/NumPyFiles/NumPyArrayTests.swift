import NumPyFiles
import TestSupport
import Testing

private func read(_ bytes: [UInt8]) throws(NumPyError) -> NumPyArray {
  try NumPyArray(npy: bytes, file: "labels.npy")
}

@Suite struct NumPyArrayTests {
  @Test(
    arguments: [
      ("|u1", [0, 1, 255], [0, 1, 255]), ("|i1", [0, 1, 255], [0, 1, -1]),
      ("|b1", [0, 1], [0, 1]),
      ("<i2", [1, 0, 0xFE, 0xFF], [1, -2]), (">i2", [0, 1, 0xFF, 0xFE], [1, -2]),
      ("<u2", [0xFE, 0xFF], [65_534]), (">u2", [0xFE, 0xFF], [65_279]),
      ("<i4", [0, 0, 0, 0x80], [-2_147_483_648]), (">i4", [0, 1, 0, 0], [65_536]),
      ("<u4", [0, 0, 0, 0x80], [2_147_483_648]), (">u4", [0xFF, 0, 0, 1], [4_278_190_081]),
      ("<i8", [1, 0, 0, 0, 0, 0, 0, 0x80], [.min + 1]),
      (">i8", [0, 0, 0, 1, 0, 0, 0, 2], [4_294_967_298]),
      // Beyond `Int`.
      ("<u8", [UInt8](repeating: 255, count: 8), [.max]),
      (">u8", [0, 0, 0, 0, 0, 0, 0, 9], [9]),
    ] as [(String, [UInt8], [Int])])
  func elementsOfEveryTypeAreRead(descriptor: String, bytes: [UInt8], numbers: [Int]) throws {
    for version in [1, 2, 3] as [UInt8] {
      let array = try read(NumPyWriter.npy(descriptor, [numbers.count], bytes, version: version))
      #expect(array.integers == numbers && array.shape == [numbers.count])
      #expect("\(array.type)" == descriptor && array.count == numbers.count)
    }
  }

  @Test func bothOrdersAreRead() throws {
    let elements = (0..<24).map { UInt8($0) }
    let rows = try read(NumPyWriter.npy("|u1", [2, 3, 4], elements))
    let columns = try read(NumPyWriter.npy("|u1", [2, 3, 4], elements, isFortranOrder: true))
    #expect(rows.strides == [12, 4, 1] && columns.strides == [1, 2, 6])
    #expect(Array(rows.bytes) == elements && columns.isFortranOrder && !rows.isFortranOrder)
  }

  @Test func scalarsAndEmptyArraysAreRead() throws {
    #expect(try read(NumPyWriter.npy("<i8", [], [7, 0, 0, 0, 0, 0, 0, 0])).integers == [7])
    #expect(try read(NumPyWriter.npy("<i8", [3, 0], [])).integers == [])
  }

  /// Python 2 wrote long integers with an L, and members may be in any order.
  @Test(arguments: [
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 1L)}",
    "{\"shape\":(2,1,),\"fortran_order\":False,\"descr\":\"|u1\"}  ",
    "{ 'fortran_order' : False , 'shape' : ( 2 , 1 ) , 'descr' : '|u1' , }",
  ])
  func headersOfOtherHandsAreRead(header: String) throws {
    let array = try read(NumPyWriter.npy(header: header, [5, 6]))
    #expect(array.shape == [2, 1] && array.integers == [5, 6])
  }

  @Test(arguments: [
    "{'descr': '|u1', 'fortran_order': False}",
    "{'descr': '|u1', 'fortran_order': 0, 'shape': (2,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2 3)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': [2]}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}",
    "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'extra': 1}",
    "{'descr': '|u1, 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)} x",
    "__import__('os').system('true')", "",
  ])
  func anyOtherHeaderIsRefused(header: String) {
    #expect {
      try read(NumPyWriter.npy(header: header, [5, 6]))
    } throws: { error in
      if case .header? = error as? NumPyError { true } else { false }
    }
  }

  @Test(arguments: [
    ("|O", "'|O' (objects, which are pickles and not read)"), ("<f4", "'<f4'"), ("<f8", "'<f8'"),
    ("<U5", "'<U5'"), ("|S5", "'|S5'"), ("<c8", "'<c8'"), ("|u2", "'|u2'"), ("=i4", "'=i4'"),
    ("<b2", "'<b2'"), ("<i3", "'<i3'"), ("u1", "'u1'"), ("\u{1B}[2J", "'\\u{1b}[2J'"),
  ])
  func otherTypesAreNamed(descriptor: String, found: String) {
    #expect(throws: NumPyError.type(file: "labels.npy", found: found)) {
      try read(NumPyWriter.npy(descriptor, [1], [0, 0, 0, 0]))
    }
  }

  @Test func structuresAreNamed() {
    let header = "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,)}"
    #expect(throws: NumPyError.type(file: "labels.npy", found: "several parts (a structure)")) {
      try read(NumPyWriter.npy(header: header, [0, 0, 0, 0]))
    }
  }

  /// No memory is allocated for a shape that is larger than the file.
  @Test(arguments: [[3], [1], [Int.max], [Int.max, Int.max], [Int.max, 2, 0], [2, Int.max, 0]])
  func theBytesAreThoseOfTheShape(shape: [Int]) {
    #expect(throws: NumPyError.size(file: "labels.npy", shape: shape, type: "|u1", found: 2)) {
      try read(NumPyWriter.npy("|u1", shape, [5, 6]))
    }
  }

  @Test func aCutFileIsRefused() {
    let whole = NumPyWriter.npy("|u1", [2], [5, 6])
    for length in 0..<whole.count {
      #expect(throws: NumPyError.self, "\(length)") { try read(Array(whole.prefix(length))) }
    }
  }

  @Test func whatIsNoArrayIsNamed() {
    #expect(throws: NumPyError.notNumPy(file: "labels.npy", found: "a PNG picture")) {
      try read([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    }
    #expect(throws: NumPyError.notNumPy(file: "labels.npy", found: "an empty file")) {
      try read([])
    }
    var later = NumPyWriter.npy("|u1", [2], [5, 6])
    later[6] = 4
    #expect(throws: NumPyError.version(file: "labels.npy", major: 4, minor: 0)) { try read(later) }
  }

  @Test func aHeaderHasALimit() {
    let long =
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}"
      + String(repeating: " ", count: 10_000)
    #expect(throws: NumPyError.self) { try read(NumPyWriter.npy(header: long, [5, 6])) }
    // A length of 4 GB in version 2.
    let claim = Array(NumPyWriter.npy("|u1", [2], [], version: 2).prefix(8)) + [255, 255, 255, 255]
    #expect {
      try read(claim)
    } throws: { error in
      "\(error)".contains("a text of 4294967295 bytes, expected at most 10000")
    }
  }
}
