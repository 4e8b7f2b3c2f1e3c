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

  /// pipeline.sh sources all of these files, so a second function of a name would replace the first.
  @Test func shellFunctionsHaveNamesOfTheirOwn() throws {
    let scripts = try names(in: "stages/shell", ending: ".sh").map { "stages/shell/\($0).sh" }
    var files: [String: Set<String>] = [:]
    for script in scripts + ["pipeline.sh"] {
      for name in try text(script).matches(of: /^([a-z_]+)\(\)/.anchorsMatchLineEndings()) {
        files[String(name.1), default: []].insert(script)
      }
    }
    #expect(files.count > 100)
    for (name, places) in files where places.count > 1 {
      Issue.record("\(name) is defined in \(places.sorted().joined(separator: " and "))")
    }
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

  /// Every relative link of a page names a file or folder of the project.
  @Test func linksOfThePagesLeadToFiles() throws {
    var count = 0
    for page in try ["README.md"] + pages(in: "docs") + pages(in: "Sources") + pages(in: "Tests") {
      let folder = Self.repository.appendingPathComponent(page).deletingLastPathComponent()
      for link in try text(page).matches(of: /\]\(([^)#\s]+)[^)]*\)/).map({ String($0.1) })
      where !link.contains("://") {
        count += 1
        let file = folder.appendingPathComponent(link.removingPercentEncoding ?? link)
        #expect(FileManager.default.fileExists(atPath: file.path), "\(page): \(link)")
      }
    }
    #expect(count >= 40)
  }

  /// The Markdown files in a folder and those below it, as paths in the project.
  private func pages(in folder: String) throws -> [String] {
    let below = FileManager.default.enumerator(
      atPath: Self.repository.appendingPathComponent(folder).path)
    let names = try #require(below).compactMap { $0 as? String }
    return names.filter { $0.hasSuffix(".md") }.map { "\(folder)/\($0)" }.sorted()
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
