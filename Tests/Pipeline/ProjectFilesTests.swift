import Foundation
import Testing

/// The files that describe the project: one version, one licence, and pages that match the project.
@Suite struct ProjectFilesTests {
  private static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.repository.appendingPathComponent(path), encoding: .utf8)
  }

  private func names(in folder: String, ending: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: Self.repository.appendingPathComponent(folder).path
    ).filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
  }

  @Test func theVersionStandsInOnePlace() throws {
    #expect(try text("VERSION").wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
    #expect(try !text("CITATION.cff").contains(/^version:/.anchorsMatchLineEndings()))
  }

  @Test func theLicenceIsApaches() throws {
    let licence = try text("LICENSE")
    #expect(
      licence.contains("Apache License\n                           Version 2.0, January 2004"))
    #expect(licence.contains("END OF TERMS AND CONDITIONS"))
    #expect(try text("CITATION.cff").contains("license: Apache-2.0\n"))
  }

  @Test func thePageOfLessonsNamesThemAll() throws {
    let lessons = try names(in: "stages/recipes", ending: ".yaml").filter {
      $0.hasPrefix("lesson-")
    }
    let page = try text("docs/lessons.md")
    #expect(lessons.count >= 5)
    for lesson in lessons {
      #expect(page.contains("[\(lesson)](../stages/recipes/\(lesson).yaml)"), "\(lesson)")
      #expect(page.contains("./pipeline.sh run \(lesson)\n"), "\(lesson)")
    }
  }

  /// There is a form for a command if and only if its help lists `--json`.
  @Test func everyAnswerHasItsForm() throws {
    let help = try text("stages/shell/help.sh")
    let promised = help.matches(of: /docs\/json\/([a-z]+)\.schema\.json/).map { String($0.1) }
    let forms = try names(in: "docs/json", ending: ".schema.json")
    #expect(promised.sorted() == forms)
    let page = try text("docs/json/README.md")
    for form in forms { #expect(page.contains("(\(form).schema.json)"), "\(form)") }
  }
}
