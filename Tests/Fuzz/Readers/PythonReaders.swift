import Foundation
import NumPyFiles
import Pickles

extension FuzzReader {
  static let pythonReaders = [pickle, npy, npz]

  /// A pickle. Every array has the bytes of its shape, and no more of them than the input.
  static let pickle = FuzzReader("pickle", longest: 1024) { input in
    guard let value = try accepted({ try Pickle.read(input.bytes, file: "data_batch_1") }) else {
      return
    }
    for key in ["data", "labels", "filenames"] {
      let part = value[key] ?? value
      _ = (part.integers, part.texts)
      try promise(!part.kindName.isEmpty, "a value of no kind")
    }
    guard case .array(let array)? = value["data"] else { return }
    try promise(
      array.bytes.count == array.shape.reduce(array.type.byteCount, *)
        && array.bytes.count <= input.bytes.count,
      "an array \(array.shape) of \(array.bytes.count) bytes")
  }

  /// A NumPy array. It has the bytes of its shape, and as many elements as that says.
  static let npy = FuzzReader("npy", longest: 512) { input in
    guard let array = try accepted({ try NumPyArray(npy: input.bytes, file: "labels.npy") }) else {
      return
    }
    let count = array.shape.reduce(1, *)
    try promise(
      array.integers.count == count && array.strides.count == array.shape.count,
      "\(array.integers.count) elements of an array \(array.shape)")
  }

  /// A NumPy archive. Every array's header is what the array has.
  static let npz = FuzzReader("npz", longest: 1024) { input in
    let url = try input.file("data.npz")
    guard let file = try accepted({ try NumPyFile(contentsOf: url) }) else { return }
    let names = file.names.map { $0.map(Optional.some) } ?? [nil]
    for name in names.prefix(4) {
      guard let header = try accepted({ try file.header(of: name) }),
        let array = try accepted({ try file.array(name) })
      else { continue }
      try promise(
        header.shape == array.shape && header.type == array.type,
        "an array \(array.shape) after a header of \(header.shape)")
    }
  }
}
