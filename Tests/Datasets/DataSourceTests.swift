import Datasets
import Declarations
import Foundation
import Testing

/// The list of data sets that recipes name, and what is derived from it.
@Suite struct DataSourceTests {
  /// A page describes its own data set, and no other one.
  @Test(arguments: DataSource.allCases)
  func factsAreOfTheSourceItself(_ source: DataSource) {
    let isCIFAR = [.cifar10, .cifar100].contains(source)
    let text = source.facts.joined().joined(separator: " ")
    #expect(!source.facts.isEmpty && source.facts.allSatisfy { $0.count == 2 })
    #expect(text.contains("Krizhevsky") == isCIFAR && text.contains("32×32") == isCIFAR)
    #expect(text.contains("arXiv:1902.00423") == (source == .cifar10))
  }

  @Test func theKeysNameEverySource() throws {
    let keys = DatasetSettings.recipeKeys()
    #expect(keys.map(\.name) == ["dataset.source"])
    #expect(keys[0].kind == .choice(DataSource.allCases.map(\.rawValue)))
    for source in [
      "shapes: ten shapes and textures, drawn here from the seed",
      "cifar-10: the archive of CIFAR-10", "cifar-100: the archive of CIFAR-100",
      "folder: pictures, a folder for each class",
      "arrays: NumPy's files or safetensors",
    ] { #expect(keys[0].about.components(separatedBy: "; ").contains(source), "\(source)") }
  }

  @Test func drawnImagesGoThroughTheParser() throws {
    try withTemporaryFolder { folder in
      let shapes = Shapes(seed: 6)
      let parsed = try shapes.dataset(training: 23, test: 7, workFolder: folder)
      #expect(parsed.train.images == shapes.records(23, of: .train).images)
      #expect(parsed.test?.labels == shapes.records(7, of: .test).labels)
      #expect(parsed.train.dataStatus == .generated && parsed.train.source == .shapes)
      #expect(FileManager.default.fileExists(atPath: folder.path + "/shapes/data_batch_1.bin"))
    }
  }

  /// A file of CIFAR-10's must not be empty, and there are five.
  @Test(arguments: [2, 4, 5]) func fewImagesCanBeDrawn(training: Int) throws {
    try withTemporaryFolder { folder in
      let shapes = Shapes(seed: 6)
      let parsed = try shapes.dataset(training: training, test: 2, workFolder: folder)
      #expect(parsed.train.labels == shapes.records(training, of: .train).labels)
      #expect(parsed.train.images == shapes.records(training, of: .train).images)
      #expect(parsed.train.preparation == nil)
    }
  }

  /// Classes are counted before the images are there.
  @Test(arguments: DataSource.allCases) func classesOfADrawnSetAreKnown(source: DataSource) {
    guard case .drawn(let dataset) = source.kind else { return }
    #expect(DatasetSettings(source: source).classCount == dataset.classNames.count)
  }
}
