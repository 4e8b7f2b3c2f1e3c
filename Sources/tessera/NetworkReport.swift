import Models
import TensorFiles

/// The network whose weights a checkpoint holds, as lines; none for other files.
///
/// - Throws: `CheckpointError` or `NetworkCatalogError` if the file names an unknown network.
func networkReport(of file: TensorFile) throws -> [String] {
  guard file.schema == Checkpoint.schema else { return [] }
  let description = try Checkpoint.description(of: file)
  let network = try NetworkCatalog.network(
    named: description.network, configuration: description.configuration,
    side: description.inputSide, classes: description.classNames.count)
  let (side, rows) = (network.input.height, network.summary.condensed(to: 40).cells)
  return [
    "", "network \(network.name) for images of \(side)×\(side), \(network.classes) classes",
  ] + columns([NetworkSummary.header] + rows, rightAligned: [3, 4])
}
