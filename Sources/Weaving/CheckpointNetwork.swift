import Foundation
import Models
import TensorFiles

/// The network whose weights a checkpoint holds, if the file and the catalogue identify it.
enum CheckpointNetwork {
  /// The network's layers and the cost of an image; nil if the file is not a checkpoint of this
  /// program, or one of a network that the catalogue no longer has.
  static func summary(of file: TensorFile) -> NetworkSummary? {
    guard file.schema == Checkpoint.schema,
      let description = try? Checkpoint.description(of: file),
      let network = try? NetworkCatalog.network(
        named: description.network, configuration: description.configuration,
        side: description.inputSide, classes: description.classNames.count)
    else { return nil }
    return network.summary
  }
}
