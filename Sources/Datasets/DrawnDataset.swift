import Foundation

/// A data set that this program draws from a seed, for runs without a download.
///
/// An image has to be a pure function of the seed, its file and its index: files of different lengths
/// then begin alike, and nothing depends on order or threads.
public protocol DrawnDataset: Sendable {
  /// The description for lists of keys, in one sentence without a full stop.
  static var about: String { get }
  /// What a reader of a run should know about the images, as rows of a table: a property and its value.
  static var facts: [[String]] { get }
  /// Class names, in the order of the labels.
  static var classNames: [String] { get }

  var seed: Int { get }
  init(seed: Int)

  /// Draws the first images of both files.
  ///
  /// - Parameters:
  ///   - training: Number of training images.
  ///   - test: Number of test images.
  ///   - workFolder: A folder for temporary files.
  func dataset(training: Int, test: Int, workFolder: URL) throws -> ParsedDataset
}
