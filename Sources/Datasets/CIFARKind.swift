/// One of the two data sets of 60,000 labelled photographs of 32×32 pixels, and the layout of its files.
///
/// Source: Krizhevsky, <https://www.cs.toronto.edu/~kriz/cifar.html>.
public enum CIFARKind: String, Sendable, CaseIterable {
  case cifar10 = "cifar-10"
  case cifar100 = "cifar-100"

  public var name: String { self == .cifar10 ? "CIFAR-10" : "CIFAR-100" }
  var other: CIFARKind { self == .cifar10 ? .cifar100 : .cifar10 }

  /// The files of training images, in order. The binary edition's have `.bin` after the name.
  var trainingParts: [String] {
    self == .cifar10 ? (1...5).map { "data_batch_\($0)" } : ["train"]
  }
  var testPart: String { self == .cifar10 ? "test_batch" : "test" }
  var parts: [String] { trainingParts + [testPart] }

  /// Records in each file of the official data.
  public var officialCounts: (training: Int, test: Int) {
    (training: self == .cifar10 ? 10_000 : 50_000, test: 10_000)
  }

  /// Bytes of a record of the binary edition: the labels and 3 × 32 × 32 pixels.
  public var recordLength: Int { (self == .cifar10 ? 1 : 2) + CIFARRecords.pixelsPerImage }
}

/// Which of CIFAR-100's two labels of an image is used. CIFAR-10 has one.
public enum CIFARLabels: String, Sendable, CaseIterable, Decodable {
  /// A hundred classes.
  case fine
  /// Twenty superclasses of five of them each.
  case coarse
}

extension CIFARKind {
  /// Number of classes.
  public func classCount(_ labels: CIFARLabels) -> Int {
    self == .cifar10 ? 10 : labels == .fine ? 100 : 20
  }

  /// The class names for data without a file of names.
  func officialNames(_ labels: CIFARLabels) -> [String] {
    switch (self, labels) {
    case (.cifar10, _): ClassNames.cifar10
    case (.cifar100, .fine): ClassNames.cifar100
    case (.cifar100, .coarse): ClassNames.cifar100Coarse
    }
  }
}

/// The form of the files. The images, their labels and their order are the same in both.
public enum CIFARForm: String, Sendable, CaseIterable {
  /// Sequences of records without headers.
  case binary
  /// Pickles of NumPy arrays.
  case python
}

extension CIFARKind {
  /// The folder that an archive keeps the files in.
  func folder(_ form: CIFARForm) -> String {
    switch (self, form) {
    case (.cifar10, .binary): "cifar-10-batches-bin"
    case (.cifar10, .python): "cifar-10-batches-py"
    case (.cifar100, .binary): "cifar-100-binary"
    case (.cifar100, .python): "cifar-100-python"
    }
  }

  func file(of part: String, _ form: CIFARForm) -> String {
    form == .binary ? part + ".bin" : part
  }

  /// The file of the class names.
  func namesFile(_ form: CIFARForm, _ labels: CIFARLabels) -> String {
    switch (self, form) {
    case (.cifar10, .binary): "batches.meta.txt"
    case (.cifar10, .python): "batches.meta"
    case (.cifar100, .binary): "\(labels.rawValue)_label_names.txt"
    case (.cifar100, .python): "meta"
    }
  }

  /// Every file of an edition.
  func files(_ form: CIFARForm) -> [String] {
    let names = Set(CIFARLabels.allCases.map { namesFile(form, $0) })
    return parts.map { file(of: $0, form) } + names.sorted()
  }
}
