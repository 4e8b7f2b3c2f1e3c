import Foundation
import Inspection
import TensorFiles
import TestSupport
import Testing
import Weaving

/// Pages of any artefact.
@Suite struct ArtefactPageTests {
  private func page(of url: URL) throws -> String {
    try ArtefactPage(of: url, pageFolder: url.deletingLastPathComponent()).document()
  }

  @Test func tensorFilesShowHeaderPicturesStatisticsAndHistograms() throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(
      schema: "images", metadata: ["class_names": "[\"cat\",\"<dog>\"]", "source": "shapes"])
    writer.add("images", shape: [3, 3, 2, 2], (0..<36).map { UInt8($0) })
    writer.add("labels", shape: [3], [1, 1, 0] as [UInt8])
    writer.add("odd<name>", shape: [], [Float.nan])
    let url = scratch.file("some.safetensors")
    try writer.write(to: url)
    let text = try page(of: url)
    #expect(text.contains("<h1>some.safetensors</h1>"))
    #expect(text.contains("images, version 1") && text.contains(", verified"))
    #expect(text.contains("<th scope=\"row\">source</th><td>shapes</td>"))
    #expect(text.contains("data:image/png;base64,"))
    #expect(text.contains("The first 3 of 3 images, row by row: 2 × &lt;dog&gt;, cat."))
    #expect(text.contains("<h2>3 tensors</h2>"))
    #expect(text.contains("3 × 3 × 2 × 2</td>"))
    #expect(text.contains("Histogram of labels, from -0.5 to 1.5"))
    #expect(text.contains("odd&lt;name&gt;") && !text.contains("odd<name>"))
    #expect(!text.contains("Histogram of odd"), "no number, no histogram")
    #expect(!text.contains("Provenance</h2>"), "no manifest, no provenance")
  }

  /// With a thousand classes of long names, the list is collapsed, captions are truncated and
  /// pictures are small.
  @Test func aThousandClassesAreAPage() throws {
    let scratch = try TemporaryFolder()
    let names = (0..<1000).map { "\($0) <" + String(repeating: "long", count: 24) + ">" }
    let list = String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
    var writer = TensorFileWriter(schema: "images", metadata: ["class_names": list])
    let (count, side) = (60, 256)
    writer.add(
      "images", shape: [count, 3, side, side],
      [UInt8](repeating: 5, count: count * 3 * side * side))
    writer.add("labels", shape: [count], (0..<count).map { Int32($0 * 16) })
    let url = scratch.file("many.safetensors")
    try writer.write(to: url)
    let text = try page(of: url)
    #expect(text.contains("<details>\n<summary>1000 names: 0 &lt;longlong"))
    #expect(text.contains("The first 25 of 60 images, row by row: 0 &lt;longlong"))
    #expect(text.contains("…, 16 &lt;long") && !text.contains("<long"))
    #expect(text.contains(" 384 &lt;longlonglonglonglonglong…."))
  }

  @Test func wideTablesAreCut() throws {
    let scratch = try TemporaryFolder()
    let header = (0..<2008).map { "column \($0)" }.joined(separator: ",")
    let row = (0..<2008).map(String.init).joined(separator: ",")
    let text = try page(
      of: scratch.file("history.csv", holding: Array("\(header)\n\(row)\n".utf8)))
    #expect(text.contains("The first 60 of 2,008 columns."))
    #expect(text.contains(">column 59<") && !text.contains(">column 60<"))
    #expect(text.contains(">59</td>") && !text.contains(">60</td>"))
  }

  @Test func provenanceGoesBackToWhatWasReadFromOutside() throws {
    let project = try WovenProject()
    try project.run()
    let text = try page(of: project.root.appendingPathComponent("data/runs/small/draw/curve.gp"))
    var rest = text[...]
    for mark in [
      "plot 1", "Provenance</h2>", "<strong>draw</strong>", "This artefact",
      "<strong>again</strong>, stage score", "Read by draw (as metrics)",
      "<code>score.digits: 2</code>", "<strong>score</strong>", "Read by again (as earlier)",
      "<strong>make</strong>", "Read by again (as numbers) and score (as numbers)",
      "reads no artefact: the chain begins here", "the numbers are made up",
    ] {
      let place = try #require(rest.firstRange(of: mark), "'\(mark)' is not there, or not in order")
      rest = rest[place.upperBound...]
    }
    let links = text.matches(of: /<a href="([^"#]+)"/)
    #expect(!links.isEmpty)
    for link in links {
      let target = project.root.appendingPathComponent("data/runs/small/draw")
        .resolvingSymlinksInPath().appendingPathComponent(String(link.1))
      let plain = project.root.appendingPathComponent("data/runs/small/draw/\(link.1)")
      #expect(
        [target, plain].contains { FileManager.default.fileExists(atPath: $0.path) }, "\(link.1)")
    }
  }

  @Test func aBrokenChainSaysSo() throws {
    let project = try WovenProject()
    try project.run()
    try project.remove("data/cache/make")
    let text = try page(of: project.root.appendingPathComponent("data/runs/small/score"))
    #expect(text.contains("Not in the cache any more: the chain ends here."))
    #expect(text.contains("metrics.json</a>"), "the folder's files are listed")
  }

  /// Manifests are not trusted: their references may be missing, but must not be followed in
  /// cycles.
  @Test func forgedManifestsDoNoHarm() throws {
    let project = try WovenProject()
    try project.run()
    let path = "data/runs/small/score/manifest.json"
    func key(of step: String) throws -> String {
      let link = project.root.appendingPathComponent("data/runs/small/\(step)")
      return try FileManager.default.destinationOfSymbolicLink(atPath: link.path)
        .split(separator: "/").last.map(String.init) ?? ""
    }
    try project.replace(try key(of: "make"), by: try key(of: "score"), in: path)
    let edited = try page(of: project.root.appendingPathComponent("data/runs/small/score"))
    #expect(
      edited.contains(
        "is not valid: manifest.json: recorded the seal of what it holds, found another"))
    try project.makeFirstFormat(path)
    try project.replace("\"stage\" : \"make\"", by: "\"stage\" : \"score\"", in: path)
    let circle = try page(of: project.root.appendingPathComponent("data/runs/small/score"))
    #expect(circle.components(separatedBy: "<strong>score</strong>").count == 2)
    let other = "data/runs/small/again/manifest.json"
    try project.replace("\"stage\" : \"make\"", by: "\"stage\" : \"../../..\"", in: other)
    try project.makeFirstFormat(other)
    let outside = try page(of: project.root.appendingPathComponent("data/runs/small/again"))
    #expect(outside.contains("Not in the cache any more"))
  }

  /// A colon in a file name is not the end of a URL scheme.
  @Test func linksToFilesAreLinksToFiles() throws {
    let scratch = try TemporaryFolder()
    _ = try scratch.file("javascript:alert.txt", holding: [])
    let text = try ArtefactPage(of: scratch.url, pageFolder: scratch.url).document()
    #expect(text.contains("<a href=\"javascript%3Aalert.txt\">javascript:alert.txt</a>"))
  }

  @Test func textsAndTables() throws {
    let scratch = try TemporaryFolder()
    let table = try scratch.file("a.csv", holding: Array("x,y\n1,\"<b>\"\n".utf8))
    #expect(try page(of: table).contains("<td>&lt;b&gt;</td>"))
    #expect(try page(of: table).contains("<h2>1 row</h2>"))
    let long = try scratch.file(
      "b.txt", holding: Array(String(repeating: "line\n", count: 3000).utf8))
    #expect(try page(of: long).contains("The first 1,000 of 3,001 lines."))
    let json = try scratch.file("c.json", holding: Array("{\"a\":[1]}".utf8))
    #expect(try page(of: json).contains("&quot;a&quot;: ["))
    #expect(throws: InspectionError.self) { try page(of: scratch.file("absent.csv")) }
    let broken = try scratch.file("d.safetensors", holding: [1, 2, 3])
    #expect(throws: TensorFileError.self) { try page(of: broken) }
  }
}
