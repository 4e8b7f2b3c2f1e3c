import Foundation
import Testing

/// `./pipeline.sh bench`: its text and its JSON, but not the rates.
@Suite struct BenchCommandTests {
  @Test func wrongWordsGetOneLine() throws {
    let sandbox = try Sandbox()
    for (words, message) in [
      (["--networks", "resnet2"], "--networks: no network 'resnet2'; did you mean 'resnet20'?"),
      (["--threads", "none"], "--threads takes a whole number from 1 to 1024, found 'none'"),
      (["--batch=0"], "--batch takes a whole number from 1 to 65536, found '0'"),
      (["--seconds=-1"], "--seconds takes a number above 0, at most 3600, found '-1'"),
    ] {
      let outcome = try sandbox.start(["bench"] + words).finish()
      #expect(outcome.status == 64)
      #expect(outcome.errors == "pipeline.sh: \(message)\n")
      #expect(outcome.output.isEmpty)
    }
    #expect(try sandbox.run("bench", "--network", "resnet20").status == 64)
  }

  /// A network is measured with the loading of its recipe; without the recipe it can't be measured.
  @Test func aCaseNeedsItsRecipe() throws {
    let sandbox = try Sandbox()
    let outcome = try sandbox.run("bench", "--networks", "resnet20")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("no recipe 'resnet20' in stages/recipes"))
  }

  @Test func eachCaseIsALineOfJSON() throws {
    let project = try RealStagesTests.Project()
    let output = try project.succeed([
      "bench", "--networks", "small-cnn,resnet20", "--batch", "2", "--threads", "1", "--seconds",
      "0.01", "--json",
    ])
    let lines = output.split(separator: "\n")
    #expect(lines.count == 2)
    for (line, network) in zip(lines, ["small-cnn", "resnet20"]) {
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["network"] as? String == network)
      #expect(object["precision"] as? String == "float32")
      #expect(object["threads"] as? Int == 1 && object["batch"] as? Int == 2)
      for key in ["train_images_per_second", "infer_images_per_second", "peak_memory_bytes"] {
        #expect(try #require(object[key] as? Double) > 0, "\(network): \(key)")
      }
    }
  }
}
