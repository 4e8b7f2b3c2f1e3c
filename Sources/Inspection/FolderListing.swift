import Foundation
import TensorFiles

/// Lists an artefact's folder: its provenance, and each file with its size and kind.
public enum FolderListing {
  public static func lines(of folder: URL) throws -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    else {
      throw InspectionError.cannotRead(file: folder.path, reason: accessProblem(folder.path))
    }
    var table = TextTable(rightAligned: [1])
    for name in names {
      let url = folder.appendingPathComponent(name)
      let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
      let size = (attributes?[.size] as? NSNumber)?.intValue
      let isFolder = attributes?[.type] as? FileAttributeType == .typeDirectory
      table.rows.append([
        PrintableText.escaped(name) + (isFolder ? "/" : ""),
        isFolder ? "" : size.map(NumberText.size(bytes:)) ?? "", kind(of: url),
      ])
    }
    var lines = [PrintableText.escaped(folder.path)] + table.lines()
    if let provenance = Provenance(inFolder: folder) {
      lines += ["provenance"] + provenance.lines()
    }
    return lines
  }

  /// A tensor file's schema and tensors, or its error; empty for other files.
  private static func kind(of url: URL) -> String {
    guard url.pathExtension == "safetensors" else { return "" }
    do {
      let file = try TensorFile(contentsOf: url)
      let schema = file.schema.map { PrintableText.escaped($0) } ?? "plain safetensors"
      let count = file.names.count
      return "\(schema), \(NumberText.count(count, "tensor"))"
    } catch {
      return "\(error)"
    }
  }
}
