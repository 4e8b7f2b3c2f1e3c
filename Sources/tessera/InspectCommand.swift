import ArgumentParser
import Foundation
import Inspection
import Pictures
import Planning
import TensorFiles
import Terminals
import Weaving

/// `tessera inspect FILE…`: shows the contents of an artefact.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Print what is in an artefact, or export a part of it.",
    discussion: """
      Prints the header, metadata, provenance and statistics of tensor files (any safetensors file), \
      the layers of a checkpoint's network, the head of .csv files as a table and of other texts, \
      .json files indented, and the files of a folder. Draws the images of files that hold some, where standard output is a \
      terminal with colours.
      """)

  enum Images: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }

  @Argument(help: "Files or folders to look at.")
  var files: [String]

  @Flag(help: "Print a tensor file's header and statistics as JSON.")
  var json = false

  @Option(help: "Draw images in the terminal: auto, always or never.")
  var images = Images.auto

  @Option(help: ArgumentHelp("Write the file's images as one picture.", valueName: "file.png"))
  var grid: String?

  @Option(
    help: ArgumentHelp("Write one tensor as a NumPy array, to --output.", valueName: "tensor"))
  var npy: String?

  @Option(
    help: ArgumentHelp(
      "Write one image as it is, to --output; the first is 0.", valueName: "number"))
  var png: Int?

  @Flag(help: "Write a page of the artefact, to --output or to NAME.html in this folder.")
  var html = false

  @Option(help: ArgumentHelp("Where --npy, --png or --html writes.", valueName: "file"))
  var output: String?

  @Option(
    help: "Images to draw (6 in a terminal, 100 in a picture), rows of a table (20), lines (40).")
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "Columns of a table to show, separated by commas; * matches any characters.",
      valueName: "names"))
  var columns: [String] = []

  func validate() throws {
    if let count, count < 1 {
      throw ValidationError("--count must be at least 1, found \(count)")
    }
    let exports = [npy != nil, png != nil, grid != nil, html].filter { $0 }.count
    guard exports <= 1 || exports == 2 && grid != nil && !html else {
      throw ValidationError("--npy, --png and --html exclude each other, and --html --grid")
    }
    guard columns.isEmpty || files.allSatisfy({ $0.hasSuffix(".csv") }) else {
      throw ValidationError("--columns belongs to tables: .csv files")
    }
    guard !(html && json) else { throw ValidationError("--html and --json exclude each other") }
    if (npy != nil || png != nil) && output == nil
      || output != nil && npy == nil && png == nil && !html
    {
      throw ValidationError(
        "--output belongs to --npy, --png or --html: --npy TENSOR --output FILE.npy")
    }
    if (npy != nil || png != nil || grid != nil || output != nil) && files.count != 1 {
      throw ValidationError(
        "--grid, --npy, --png and --output take one file, found \(files.count)")
    }
  }

  func run() throws {
    do {
      for (index, file) in files.enumerated() {
        if index > 0 && !json { print() }
        try inspect(URL(fileURLWithPath: file))
      }
    } catch {
      // One line and EX_DATAERR, as in every stage.
      Output.error("inspect: error: \(error)")
      throw ExitCode(65)
    }
  }

  private func inspect(_ url: URL) throws {
    warn(about: url)
    guard !html else { return try writePage(of: url) }
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    var kind = isFolder.boolValue ? "folder" : url.pathExtension
    if !["folder", "csv", "json"].contains(kind), TextArtefact.isText(url) { kind = "text" }
    if ["folder", "csv", "json", "text"].contains(kind), let option = optionForTensorFiles {
      throw InspectionError.needsTensorFile(file: url.path, option: option)
    }
    switch kind {
    case "folder": printLines(try FolderListing.lines(of: url))
    case "csv":
      printLines(
        try TextArtefact.table(
          ofCSV: url, count: count ?? 20, width: Terminal.limit, columns: columns))
    case "text":
      printLines(try TextArtefact.head(of: url, count: count ?? 40, width: Terminal.limit))
    case "json": Output.json(try TextArtefact.indented(json: url).joined(separator: "\n"))
    default: try inspect(TensorFile(contentsOf: url))
    }
  }

  /// Warns that an artefact in the cache is not as its manifest records; it is shown all the same.
  private func warn(about url: URL) {
    guard let artefact = Artefact.around(url) else { return }
    let isWhole = artefact.folder.resolvingSymlinksInPath() == url.resolvingSymlinksInPath()
    for fault in artefact.faults + artefact.remarks
    where isWhole || [url.lastPathComponent, Manifest.fileName, "."].contains(fault.file) {
      Output.error("inspect: warning: not as recorded: \(fault)")
    }
  }

  private var optionForTensorFiles: String? {
    if grid != nil { return "--grid" }
    if npy != nil { return "--npy" }
    if png != nil { return "--png" }
    return json ? "--json" : nil
  }

  private func inspect(_ file: TensorFile) throws {
    if let grid { try writeGrid(of: file, to: grid) }
    if let npy, let output {
      try NumPyFile.write(npy, of: file, to: URL(fileURLWithPath: output))
      print("wrote \(output): \(npy), \(try file.shape(of: npy))")
    }
    if let png, let output { try writeImage(png, of: file, to: output) }
    guard grid == nil && npy == nil && png == nil else { return }
    let report = try TensorFileReport(of: file)
    if json {
      Output.json(try report.json())
    } else {
      printLines(report.lines())
      for line in try networkReport(of: file) { print(line) }
      try drawImages(of: file)
    }
    if report.verification == .damaged { try file.verifyDigest() }
  }

  private func writePage(of url: URL) throws {
    let path = output ?? "\(url.lastPathComponent).html"
    let target = URL(fileURLWithPath: path)
    let page = ArtefactPage(of: url, pageFolder: target.deletingLastPathComponent())
    try AtomicFile.write(Data(try page.document().utf8), to: target)
    print("wrote \(path)")
  }

  private func writeGrid(of file: TensorFile, to path: String) throws {
    guard let drawable = DrawableTensor(in: file) else {
      throw InspectionError.nothingToDraw(file: file.url.path)
    }
    let tiles = try drawable.tiles(limit: count ?? 100)
    let picture = ImageGrid.picture(of: tiles)
    try PNGFile.write(picture, to: URL(fileURLWithPath: path))
    print(
      "wrote \(path): \(tiles.count) of \(drawable.count) images, "
        + "\(picture.width) × \(picture.height) pixels")
  }

  private func writeImage(_ number: Int, of file: TensorFile, to path: String) throws {
    guard let drawable = DrawableTensor(in: file) else {
      throw InspectionError.nothingToDraw(file: file.url.path)
    }
    guard (0..<drawable.count).contains(number) else {
      throw InspectionError.noSuchImage(
        file: file.url.path, number: number, count: drawable.count)
    }
    let tile = try drawable.tile(at: number)
    try PNGFile.write(tile.image, to: URL(fileURLWithPath: path))
    print("wrote \(path): image \(number)\(tile.caption.isEmpty ? "" : ", \(tile.caption)")")
  }

  private func drawImages(of file: TensorFile) throws {
    let environment = ProcessInfo.processInfo.environment
    let isShown = images == .always || Terminal.showsColours(environment: environment)
    guard images != .never, isShown, let drawable = DrawableTensor(in: file) else { return }
    let tiles = try drawable.tiles(limit: count ?? 6)
    print("first \(tiles.count) of \(drawable.count)")
    for line in HalfBlocks.lines(of: tiles, width: Terminal.width) { Output.coloured(line) }
  }
}
