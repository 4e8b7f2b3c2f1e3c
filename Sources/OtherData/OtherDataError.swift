import TensorFiles

/// Why a network can't be evaluated on other data: one case per rule.
public enum OtherDataError: PrintableError, Equatable {
  /// A file of corrupted images does not contain the same images in five severities.
  case severities(file: String, images: Int)

  public var message: String {
    switch self {
    case .severities(let file, let images):
      "\(file): \(NumberText.count(images, "image")), expected the same ones in five severities, one behind the other, with"
        + " labels.npy beside it; name a single file with --on where it is another data set"
    }
  }
}
