import Foundation
import Inspection
import Models
import Pages
import TensorFiles

import enum Pictures.PNGFile

/// A tensor file on a page: header, pictures, and each tensor with its statistics and histogram.
struct TensorFileHTML {
  private let file: TensorFile
  private let report: TensorFileReport

  /// Reads all of the file's data.
  init(_ file: TensorFile) throws {
    self.file = file
    report = try TensorFileReport(of: file)
  }

  /// Most tensors shown with histograms; more would make the page too large.
  private static let histogramLimit = 600
  private static let pictureLimit = 100
  /// Largest width of pictures side by side, in pixels.
  private static let pictureWidth = 1320

  var html: HTML {
    get throws {
      [header, metadata, network, try pictures, statistics, try histograms].filter { !$0.isEmpty }
        .joined()
    }
  }

  private var header: HTML {
    var rows: [(String, HTML)] = [
      (
        "size",
        "\(Wording.size(report.byteCount)), of which \(Wording.size(8 + report.headerByteCount)) header"
      )
    ]
    if let schema = report.schema, let version = report.schemaVersion {
      rows.append(("schema", "\(schema), version \(version)"))
    } else {
      rows.append(("format", "plain safetensors, not an artefact of this program"))
    }
    switch report.verification {
    case .verified:
      rows.append(("sha256", "<span class=\"key\">\(report.sha256 ?? "")</span>, verified"))
    case .damaged:
      rows.append(
        (
          "sha256",
          "<strong>Damaged</strong>: the data is not <span class=\"key\">\(report.sha256 ?? "")</span>"
        ))
    case .unstated: rows.append(("sha256", "none stated"))
    }
    rows.append(("content", "<span class=\"key\">\(report.contentDigest)</span>"))
    let list = rows.map { name, value -> HTML in "<dt>\(name)</dt>\n<dd>\(value)</dd>" }
    return "<dl class=\"facts\">\n\(list.joined())\n</dl>"
  }

  private var metadata: HTML {
    let own: Set = ["format", "format_version", "schema", "schema_version", "sha256"]
    let rows = report.metadata.filter { report.schema == nil || !own.contains($0.key) }
      .sorted { $0.key < $1.key }.map { [HTML(text: $0.key), Self.value($0.value)] }
    guard !rows.isEmpty else { return HTML() }
    return "<h2>Metadata</h2>\n"
      + DataTable(caption: "Metadata", header: ["key", "value"], rows: rows, namesRows: true).html
  }

  /// Folds a long value under its beginning.
  private static func value(_ value: String) -> HTML {
    guard MetadataText.isLong(value) else { return HTML(text: value) }
    return "<details>\n<summary>\(MetadataText.short(value))</summary>\n\(value)\n</details>"
  }

  /// The layers of a checkpoint's network.
  private var network: HTML {
    guard let summary = CheckpointNetwork.summary(of: file) else { return HTML() }
    return "<h2>Network</h2>\n"
      + DataTable(
        caption: "Layers", header: NetworkSummary.header, rows: summary.condensed(to: 60).cells
      ).html
  }

  private var pictures: HTML {
    get throws {
      guard let drawable = DrawableTensor(in: file) else { return HTML() }
      let across = Self.pictureWidth / (max(drawable.width, 64) + 2)
      let tiles = try drawable.tiles(limit: min(Self.pictureLimit, max(4, across * across)))
      let image = ImageGrid.picture(of: tiles)
      let shown = "The first \(tiles.count) of \(NumberText.grouped(drawable.count)) images"
      let picture = Picture(
        .png, data: try PNGFile.encode(image), description: shown, width: image.width)
      let names = Self.runs(of: tiles.map(\.caption))
      return "<h2>Images</h2>\n"
        + CaptionedFigure(picture: picture.html, caption: "\(shown)\(names).").html
    }
  }

  private static let captionLimit = 40

  /// The captions in order, with runs of equal ones shown once with their count; empty if there are
  /// none.
  private static func runs(of captions: [String]) -> String {
    var runs: [(caption: String, count: Int)] = []
    for caption in captions where !caption.isEmpty {
      if runs.last?.caption == caption {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((caption, 1))
      }
    }
    guard !runs.isEmpty else { return "" }
    let words =
      runs.prefix(captionLimit).map { run in
        let name = PrintableText.cut(run.caption, toWidth: 30)
        return run.count == 1 ? name : "\(run.count) × \(name)"
      } + (runs.count > captionLimit ? ["and \(runs.count - captionLimit) more"] : [])
    return ", row by row: \(words.joined(separator: ", "))"
  }

  private var statistics: HTML {
    let rows = report.tensors.map { tensor in
      let statistics = tensor.statistics
      let figures = [
        statistics?.minimum, statistics?.maximum, statistics?.mean, statistics?.standardDeviation,
      ]
      return [tensor.name, tensor.dtype, Self.shape(tensor.shape)]
        + figures.map { TensorStatistics.text(of: $0) }
        + [statistics.map { "\($0.nanCount)" } ?? "–"]
    }
    return "<h2>\(rows.count) \(rows.count == 1 ? "tensor" : "tensors")</h2>\n"
      + DataTable(
        caption: "Tensors", header: ["name", "type", "shape", "min", "max", "mean", "std", "NaN"],
        rows: rows, namesRows: true
      ).html
  }

  private static func shape(_ shape: [Int]) -> String {
    shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: " × ")
  }

  private var histograms: HTML {
    get throws {
      var cards: [HTML] = []
      for tensor in report.tensors.prefix(Self.histogramLimit) {
        guard let histogram = try TensorHistogram(of: tensor.name, in: file) else { continue }
        let range =
          "\(TensorStatistics.text(of: histogram.low)) to \(TensorStatistics.text(of: histogram.high))"
        cards.append(
          """
          <li><h3 class="key">\(tensor.name)</h3>
          \(Chart.bars(histogram.counts, description: "Histogram of \(tensor.name), from \(range)"))
          <p class="muted">\(range), in \(histogram.counts.count) bins; the highest holds \
          \(NumberText.grouped(histogram.counts.max() ?? 0))</p></li>
          """)
      }
      guard !cards.isEmpty else { return HTML() }
      let rest: HTML =
        report.tensors.count > Self.histogramLimit
        ? "<p class=\"note\">Those of the first \(Self.histogramLimit) tensors.</p>" : HTML()
      return "<h2>Histograms</h2>\n\(rest)<ul class=\"cards\">\n\(cards.joined())\n</ul>"
    }
  }
}
