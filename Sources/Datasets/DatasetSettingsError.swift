import TensorFiles

/// Settings that are valid by themselves but conflict.
public enum DatasetSettingsError: PrintableError, Equatable {
  /// An address that the source does not use.
  case unusedAddress(key: String, value: String, source: DataSource)
  /// A source that needs a file or folder, and none is named.
  case noArchive(DataSource)
  /// Two addresses of images.
  case twoAddresses(url: String, archive: String)
  /// The recipe selects more images than there are.
  case tooManyImages(key: String, found: Int, available: Int)
  /// Normalisation by constants, and none are given.
  case missingConstants(key: String)
  /// Not three plausible means, or standard deviations, of pixel/255.
  case constants(key: String, found: [Double], expected: String)
  /// A standard deviation too small to divide by.
  case deviation(found: [Double])

  public var message: String {
    switch self {
    case .unusedAddress(let key, let value, let source) where source.isDrawn:
      "dataset.\(key) is '\(value)', but dataset.source is \(source.rawValue), which is drawn here; set"
        + " dataset.source: cifar-10"
    case .unusedAddress(let key, let value, let source):
      "dataset.\(key) is '\(value)', but dataset.source is \(source.rawValue), which is never downloaded;"
        + " name a file or folder of this machine with dataset.archive"
    case .noArchive(let source):
      "dataset.source is \(source.rawValue), and dataset.archive names no "
        + (source == .folder ? "folder of pictures" : "file or folder of arrays")
        + "; add --set dataset.archive=PATH"
    case .twoAddresses(let url, let archive):
      "dataset.url is '\(url)' and dataset.archive is '\(archive)', expected one of them; leave one out"
    case .missingConstants(let key):
      "preprocess.normalize is constants and preprocess.\(key) is not given, expected three numbers"
        + " in units of pixel/255"
    case .tooManyImages(let key, let found, let available):
      "dataset.\(key) is \(found), and the data set has \(available); lower it, or leave it out for all"
    case .constants(let key, let found, let expected):
      "preprocess.\(key) is \(found), expected three numbers \(expected) in units of pixel/255, for"
        + " red, green and blue; divide numbers of 0 to 255 by 255"
    case .deviation(let found):
      "standard deviations \(found), expected all above 0: a channel that never changes can't be"
        + " normalised; set preprocess.normalize to half or constants"
    }
  }
}
