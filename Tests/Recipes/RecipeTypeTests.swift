import Recipes
import Testing

@Suite("A value must be of its key's type, in its range, and says so where it is not")
struct RecipeTypeTests {
  @Test(arguments: [
    // Integers
    (
      "train.epochs: ten",
      "train.epochs: expected a number from 0 to 100000, found the text 'ten'; write decimal digits, as in 50000 or 1.0e-8"
    ),
    ("train.batch: 3.0", "expected an integer from 1 to 65536, found the number 3.0; "),
    ("train.batch: 1e3", "found the number 1e3; "),
    ("train.epochs: '3'", "found the text '3'; write it without quotes"),
    ("train.epochs: true", "found the boolean true; "),
    ("train.epochs: [3]", "found a list of 1 item; "),
    ("train.epochs: {a: 3}", "found a mapping; "),
    (
      "train.epochs:",
      "r.yaml:1: train.epochs: expected a number from 0 to 100000, found nothing; give it a value, or leave the key out"
    ),
    ("train.epochs: ~", "found nothing; "),
    ("train.epochs: 0x10", "found the text '0x10'; "),
    ("train.epochs: 010", "found the text '010'; "),
    ("train.epochs: 50_000", "found the text '50_000'; "),
    ("train.epochs: 1:30", "found the text '1:30'; "),
    (
      "train.epochs: -1",
      "train.epochs: expected a number from 0 to 100000, found -1; choose a value in this range"
    ),
    ("train.epochs: 100001", "found 100001; choose"),
    (
      "train.seed: 9223372036854775808",
      "train.seed: expected an integer of at most 64 bits, found 9223372036854775808; choose one from -9223372036854775808 to 9223372036854775807"
    ),
    ("split.validation: 0", "split.validation: expected an integer of at least 1, found 0; "),
    // Numbers
    (
      "train.optimizer.learning-rate: fast",
      "expected a number above 0, found the text 'fast'; write decimal digits"
    ),
    (
      "train.optimizer.learning-rate: 0",
      "train.optimizer.learning-rate: expected a number above 0, found 0; choose"
    ),
    ("train.optimizer.momentum: 1", "expected a number of at least 0 and below 1, found 1; choose"),
    ("train.optimizer.momentum: -0.1", "found -0.1; choose"),
    (
      "train.optimizer.learning-rate: .inf",
      "train.optimizer.learning-rate: expected a finite number, found .inf; choose one between -1.7e308 and 1.7e308"
    ),
    ("train.optimizer.learning-rate: .nan", "expected a finite number, found .nan; "),
    ("train.optimizer.learning-rate: 1e999", "expected a finite number, found 1e999; "),
    ("train.optimizer.learning-rate: '0.1'", "found the text '0.1'; write it without quotes"),
    // Booleans
    (
      "train.full-metrics: yes",
      "train.full-metrics: expected true or false, found the text 'yes'; write true"
    ),
    ("train.full-metrics: on", "found the text 'on'; write true"),
    ("train.full-metrics: No", "found the text 'No'; write false"),
    ("train.full-metrics: True", "found the text 'True'"),
    ("train.full-metrics: 1", "expected true or false, found the integer 1"),
    ("train.full-metrics: 'true'", "found the text 'true'; write it without quotes"),
    // Choices
    (
      "dataset.source: cifar10",
      "dataset.source: expected shapes, cifar-10, cifar-100, folder or arrays, found 'cifar10'; did you mean 'cifar-10'?"
    ),
    ("dataset.source: SHAPES", "found 'SHAPES'; did you mean 'shapes'?"),
    ("dataset.source: mnist", "found 'mnist'; choose one of them"),
    (
      "dataset.source: [shapes]",
      "expected shapes, cifar-10, cifar-100, folder or arrays, found a list of 1 item"
    ),
    (
      "train.schedule.kind: false",
      "expected constant, multistep, exponential, cosine, plateau, linear, triangular or one-cycle, found the"
    ),
    // Another type that is accepted as well
    (
      "split.validation: tset",
      "split.validation: expected test, found 'tset'; did you mean 'test'?"
    ),
    (
      "split.validation: 0.1",
      "split.validation: expected an integer of at least 1, or test, found the number 0.1"
    ),
    (
      "split.validation: true", "expected an integer of at least 1, or test, found the boolean true"
    ),
    (
      "evaluate.checkpoint: []",
      "evaluate.checkpoint: expected a list of 1 or more texts such as best, last, epoch-160, found 0"
    ),
    (
      "evaluate.checkpoint: [best, lats]",
      "evaluate.checkpoint, item 2: expected text such as best, last, epoch-160, found 'lats'"
    ),
    // Text
    (
      "train.network: resnet",
      "train.network: expected text such as small-cnn, alexnet, resnet20, resnet29v2, pyramidnet, adaptive-conv, airbench, linear, found 'resnet'"
    ),
    ("train.network: xresnet20", "found 'xresnet20'"),
    ("train.network: resnet20x", "found 'resnet20x'"),
    (
      "train.network: 20",
      "expected text such as small-cnn, alexnet, resnet20, resnet29v2, pyramidnet, adaptive-conv, airbench, linear, found the integer 20; put it in quotes"
    ),
    ("train.network: ''", "found an empty text"),
    (
      "dataset.archive: 2024",
      "dataset.archive: expected the path of a file or folder, found the integer 2024; put it in quotes"
    ),
    ("dataset.archive: ''", "expected the path of a file or folder, found an empty text"),
    ("dataset.archive: \"a\\0b\"", "expected the path of a file or folder, found the text 'a b'"),
    // Lists
    (
      "train.schedule.milestones: 5",
      "train.schedule.milestones: expected a list of integers of at least 1, found the integer 5; write it in brackets, as in [5]"
    ),
    (
      "train.schedule.milestones: [5, x]",
      "train.schedule.milestones, item 2: expected an integer of at least 1, found the text 'x'"
    ),
    (
      "train.schedule.milestones: [5, 0]",
      "train.schedule.milestones, item 2: expected an integer of at least 1, found 0"
    ),
    (
      "preprocess.mean: [0.5, 0.5]",
      "preprocess.mean: expected a list of 3 numbers from 0 to 1 in units of pixel/255, found 2"
    ),
    (
      "preprocess.std: [0.5, 0, 0.5]",
      "preprocess.std, item 2: expected a number above 0 and of at most 0.5 in units of pixel/255, found 0"
    ),
    (
      "preprocess.std: [63, 62, 67]",
      "r.yaml:1: preprocess.std, item 1: expected a number above 0 and of at most 0.5 in units of pixel/255, found 63;"
    ),
    (
      "preprocess.mean: [0.5, 125, 114]",
      "r.yaml:1: preprocess.mean, item 2: expected a number from 0 to 1 in units of pixel/255, found 125;"
    ),
    ("preprocess.mean: [0.5, 0.5, 1e39]", "item 3: expected a number from 0 to 1 in units of"),
    // Numbers that float32 can't represent
    (
      "train.optimizer.epsilon: 1e-60",
      "r.yaml:1: train.optimizer.epsilon: expected a number above 0, found 1e-60, which becomes 0.0 in float32; choose one of 1.2e-38 to 3.4e38, or 0 where that is allowed"
    ),
    ("train.optimizer.learning-rate: 1e39", "found 1e39, which becomes inf in float32; "),
    ("train.optimizer.weight-decay: 1e-45", "found 1e-45, which becomes 1e-45 in float32; "),
    ("train.optimizer.weight-decay: 1e-46", "found 1e-46, which becomes 0.0 in float32; "),
    ("preprocess.std: [0.5, 1e-46, 0.5]", "item 2: expected a number above 0 and of at most 0.5"),
    ("train.optimizer.momentum: 0.99999999", "found 0.99999999, which becomes 1.0 in float32; "),
    ("train.architecture.dropout: 0.99999999", "which becomes 1.0 in float32; "),
    ("train.clip-norm: 1e-60", "train.clip-norm: expected a number above 0, found 1e-60, which"),
    ("train.loss.kl-weight: 1e39", "which becomes inf in float32; "),
    (
      "train.augment: [affine: {scale: [1, 2], translate: 1e-50}]",
      "train.augment.affine.translate: expected a number from 0 to 1, found 1e-50, which becomes 0.0"
    ),
    (
      "plot.formats: [pgn]",
      "plot.formats, item 1: expected png or svg, found 'pgn'; did you mean 'png'?"
    ),
    // Variants
    (
      "train.augment: flip",
      "train.augment: expected a list of resize, crop, flip, alternating-flip, rotate, affine, color-jitter or cutout, each with or without its options, found the text 'flip'; write it in brackets, as in [flip]"
    ),
    (
      "train.augment: [filp]",
      "train.augment: expected resize, crop, flip, alternating-flip, rotate, affine, color-jitter or cutout, found 'filp'; did you mean 'flip'?"
    ),
    (
      "train.augment: [{crop: {paddin: 4}}]",
      "unknown key 'train.augment.crop.paddin'; did you mean 'train.augment.crop.padding'?"
    ),
    (
      "train.augment: [{crop: {padding: 0}}]",
      "train.augment.crop.padding: expected an integer from 1 to 31, found 0"
    ),
    (
      "train.augment: [{crop: {fill: wrap}}]",
      "train.augment.crop.fill: expected zero or reflect, found 'wrap'; choose one of them"
    ),
    (
      "train.augment: [{crop: 4}]",
      "train.augment.crop: expected keys with values, found the integer 4; "
    ),
    (
      "train.augment: [{crop: , padding: 4}]",
      "train.augment: expected resize, crop, flip, alternating-flip, rotate, affine, color-jitter or cutout, found a mapping; write a name, or a name and its options as in {name: {option: value}}"
    ),
    (
      "train.augment: [3]",
      "train.augment: expected resize, crop, flip, alternating-flip, rotate, affine, color-jitter or cutout, found the integer 3; "
    ),
    // About
    (
      "about: 3",
      "r.yaml:1: about: expected a sentence about the recipe, found the integer 3; put it in quotes"
    ),
  ])
  func refused(text: String, part: String) throws {
    let message = try refusal(of: text + "\n")
    #expect(message.hasPrefix("r.yaml:1: "), "\(message)")
    #expect(message.contains(part), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test(arguments: [
    ("train.schedule.period: 3", "train.schedule.period", RecipeValue.integer(3)),
    ("train.schedule.period: 3.0", "train.schedule.period", .integer(3)),
    ("train.schedule.period: 0.5", "train.schedule.period", .number(0.5)),
    ("train.schedule.period: 8.9", "train.schedule.period", .number(8.9)),
    ("train.epochs: 8.9", "train.epochs", .number(8.9)),
    ("train.epochs: 9.0", "train.epochs", .integer(9)),
    ("train.epochs: +3", "train.epochs", RecipeValue.integer(3)),
    ("train.seed: -9223372036854775808", "train.seed", .integer(.min)),
    ("train.optimizer.learning-rate: 1", "train.optimizer.learning-rate", .number(1)),
    ("train.optimizer.learning-rate: 1.", "train.optimizer.learning-rate", .number(1)),
    ("train.optimizer.learning-rate: .5", "train.optimizer.learning-rate", .number(0.5)),
    ("train.optimizer.learning-rate: 5E-4", "train.optimizer.learning-rate", .number(5e-4)),
    ("train.optimizer.learning-rate: 1e-8", "train.optimizer.learning-rate", .number(1e-8)),
    (
      "train.optimizer.learning-rate: 100000000000000000000", "train.optimizer.learning-rate",
      .number(1e20)
    ),
    ("train.full-metrics: true", "train.full-metrics", .boolean(true)),
    ("dataset.source: 'shapes'", "dataset.source", .text("shapes")),
    ("dataset.url: https://a.b/c#d", "dataset.url", .text("https://a.b/c#d")),
    ("dataset.archive: '2024'", "dataset.archive", .text("2024")),
    ("dataset.archive: null", "dataset.archive", .null),
    ("dataset.archive:", "dataset.archive", .null),
    ("split.validation: test", "split.validation", .text("test")),
    ("split.validation: 7", "split.validation", .integer(7)),
    ("evaluate.checkpoint: epoch-160", "evaluate.checkpoint", .text("epoch-160")),
    (
      "evaluate.checkpoint: [last, epoch-5]", "evaluate.checkpoint",
      .list([.text("last"), .text("epoch-5")])
    ),
    ("train.schedule.milestones: []", "train.schedule.milestones", .list([])),
    (
      "preprocess.mean: [0, 0.5, 1]", "preprocess.mean",
      .list([.number(0), .number(0.5), .number(1)])
    ),
    ("train.augment: []", "train.augment", .list([])),
  ])
  func accepted(text: String, key: String, value: RecipeValue) throws {
    #expect(try loadRecipe(text + "\n").value(of: key).value == value)
  }

  @Test func minusZeroIsZero() throws {
    let recipe = try loadRecipe("train.optimizer.weight-decay: -0.0\n")
    #expect(recipe.value(of: "train.optimizer.weight-decay").value.canonicalText == "0.0")
  }

  @Test func variantsHaveEveryOption() throws {
    let recipe = try loadRecipe(
      """
      train.augment:
        - crop: {fill: reflect}
        - flip
        - crop
        - {flip: {probability: 1}}
      """)
    #expect(
      recipe.value(of: "train.augment").value.canonicalText
        == "[{crop: {padding: 4, fill: reflect}}, {flip: {probability: 0.5}}, "
        + "{crop: {padding: 4, fill: zero}}, {flip: {probability: 1.0}}]")
  }

  @Test func linesOfItemsInLongLists() throws {
    let text = "train:\n  schedule:\n    milestones:\n      - 5\n      - six\n"
    #expect(try refusal(of: text).hasPrefix("r.yaml:5: train.schedule.milestones, item 2: "))
    let options = "train:\n  augment:\n    - crop:\n        padding: 4\n        fil: zero\n"
    #expect(try refusal(of: options).hasPrefix("r.yaml:5: unknown key 'train.augment.crop.fil'"))
    #expect(
      try refusal(of: "plot:\n  formats:\n\n\nabout: x\n").hasPrefix("r.yaml:2: plot.formats"))
  }
}
