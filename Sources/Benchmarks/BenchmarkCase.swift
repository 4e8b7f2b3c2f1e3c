import Augmentation
import Datasets
import Models
import Tensors

/// One benchmark configuration: a network in one precision, with a number of threads and a batch
/// size.
///
/// Batch size, augmentation and normalisation are those of the recipe that trains the network. The
/// rest is the same for all networks, so that networks and programs can be compared: SGD with
/// momentum, plain cross-entropy, an update after each batch. Some recipes train differently:
///
/// | recipe | trains with, instead |
/// |---|---|
/// | small-cnn | SGD without momentum and decay |
/// | alexnet | Adam |
/// | resnet20, resnet29v2 | rate 0.1, decay 2e-4 |
/// | pyramidnet | rate 0.1, label smoothing |
/// | adaptive-conv | Adam, label smoothing, divergence loss, an update after five batches |
public struct BenchmarkCase: Sendable {
  public let network: String
  public let precision: Precision
  public let threadCount: Int
  /// Number of images in a batch.
  public let batch: Int
  public let augmentations: [Augmentation]
  public let preprocessing: PreprocessSettings

  /// The networks that have cases: those with a recipe.
  public static let networks = families.map(\.example)

  private static let families = NetworkCatalog.families.filter { $0.recipe != nil }

  /// The recipe that trains one of `networks`.
  public static func recipe(of network: String) -> String {
    families.first { $0.example == network }?.recipe ?? network
  }

  /// - Parameters:
  ///   - augmentations: The augmentations of a recipe's `train.augment`.
  ///   - preprocessing: A recipe's section `preprocess`.
  /// - Precondition: `threadCount` and `batch` are positive.
  public init(
    network: String, precision: Precision, threadCount: Int, batch: Int,
    augmentations: [Augmentation], preprocessing: PreprocessSettings
  ) {
    precondition(
      threadCount > 0 && batch > 0, "a case of \(threadCount) threads and \(batch) images a batch")
    self.network = network
    self.precision = precision
    self.threadCount = threadCount
    self.batch = batch
    self.augmentations = augmentations
    self.preprocessing = preprocessing
  }
}
