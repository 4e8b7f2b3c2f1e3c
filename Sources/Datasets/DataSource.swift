/// Where the images come from: the recipe's `dataset.source`.
///
/// Another source is a case here with its `kind`. Recipes, `./pipeline.sh keys`, completion and messages
/// are derived from these.
public enum DataSource: String, Sendable, Decodable, CaseIterable {
  case shapes
  case cifar10 = "cifar-10"
  case cifar100 = "cifar-100"
  case folder
  case arrays

  /// How the images of a source are obtained.
  public enum Kind: Sendable {
    /// This program draws them.
    case drawn(any DrawnDataset.Type)
    /// They are in an archive, which can be downloaded.
    case cifar(CIFARKind)
    /// They are pictures on this machine, in one folder for each class.
    case folder
    /// They are arrays of pixels and labels on this machine: NumPy's files or safetensors.
    case arrays
  }

  public var kind: Kind {
    switch self {
    case .shapes: .drawn(Shapes.self)
    case .cifar10: .cifar(.cifar10)
    case .cifar100: .cifar(.cifar100)
    case .folder: .folder
    case .arrays: .arrays
    }
  }

  /// The description for lists of keys, in one sentence without a full stop.
  var about: String {
    switch kind {
    case .drawn(let dataset): "\(dataset.about), drawn here from the seed"
    case .cifar(let kind): "the archive of \(kind.name)"
    case .folder: "pictures, a folder for each class"
    case .arrays: "NumPy's files or safetensors"
    }
  }

  /// Whether this program draws the images.
  public var isDrawn: Bool { if case .drawn = kind { true } else { false } }
}
