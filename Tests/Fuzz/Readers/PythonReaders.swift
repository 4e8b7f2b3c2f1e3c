import Datasets
import Foundation
import NumPyFiles
import Pickles

extension FuzzReader {
  static let pythonReaders = [pickle, npy, npz]

  /// A pickle, and a file of CIFAR's Python edition. The size of every array matches its shape and
  /// does not exceed that of the input.
  static let pickle = FuzzReader("pickle", longest: 4096) { input in
    for kind in CIFARKind.allCases {
      var records = CIFARRecords(kind)
      let read: Void? = try accepted {
        try records.append(file: input.bytes, named: "data_batch_1", expecting: .atLeastOne)
      }
      let count = records.labels.count
      try promise(
        records.images.count == 3_072 * count && (count > 0) == (read != nil),
        "\(count) labels, \(records.images.count) pixels")
    }
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

  /// A NumPy array. Its size and its number of elements match its shape.
  static let npy = FuzzReader("npy", longest: 512) { input in
    guard let array = try accepted({ try NumPyArray(npy: input.bytes, file: "labels.npy") }) else {
      return
    }
    let count = array.shape.reduce(1, *)
    try promise(
      array.integers.count == count && array.strides.count == array.shape.count,
      "\(array.integers.count) elements of an array \(array.shape)")
    guard array.type == .uint8 else { return }
    try promise(array.bytesInRowOrder.count == count, "another number of bytes in row order")
  }

  /// A NumPy archive, and a data set in it. The header of every array matches the array.
  static let npz = FuzzReader("npz", longest: 2048) { input in
    let url = try input.file("data.npz")
    if let parsed = try accepted({ try ArrayDataset.read(at: url) }) {
      try promise(parsed.train.classNames.count >= 2, "a data set of one class")
      _ = try accepted { try ArrayDataset.readSet(at: url, classNames: ["a", "b"]) }
    }
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
