import TensorFiles

/// Errors in a data set's file that is a valid tensor file.
public enum DatasetFileError: PrintableError, Equatable {
  /// The images are not square, or smaller or larger than images can be.
  case side(file: String, shape: [Int])

  public var message: String {
    switch self {
    case .side(let file, let shape):
      "\(file): images of shape \(shape), expected [N, 3, side, side] with a side of"
        + " \(ImageSet.sides.lowerBound) to \(ImageSet.sides.upperBound); rerun the stage that wrote the file"
    }
  }
}
