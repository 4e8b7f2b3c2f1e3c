import Recipes
import Testing

@Suite("--set key=value is read and checked as a recipe's own line")
struct RecipeOverrideTests {
  @Test(arguments: [
    (
      "train.epocs=3",
      "--set train.epocs=3: unknown key 'train.epocs'; did you mean 'train.epochs'?"
    ),
    (
      "train.epochs=ten",
      "--set train.epochs=ten: train.epochs: expected a number from 0 to 100000, found the text 'ten'; "
    ),
    (
      "train.epochs=-1",
      "--set train.epochs=-1: train.epochs: expected a number from 0 to 100000, found -1; "
    ),
    (
      "train.epochs=",
      "--set train.epochs=: train.epochs: expected a number from 0 to 100000, found nothing; "
    ),
    ("train.epochs", "--set train.epochs: expected KEY=VALUE, as in --set train.epochs=3"),
    ("=3", "--set =3: expected KEY=VALUE, as in --set train.epochs=3"),
    ("", "--set : expected KEY=VALUE, as in --set train.epochs=3"),
    ("train.schedule.milestones=[5", "--set train.schedule.milestones=[5: not YAML: "),
    (
      "train.schedule.milestones=[5,x]",
      "--set train.schedule.milestones=[5,x]: train.schedule.milestones, item 2: "
    ),
    ("train.epochs=*a", "--set train.epochs=*a: expected plain values, found an anchor or alias"),
    (
      "train.full-metrics=yes",
      "--set train.full-metrics=yes: train.full-metrics: expected true or false, found the text 'yes'; write true"
    ),
    ("train=3", "--set train=3: train: expected keys with values, found the integer 3; "),
    ("train={epocs: 3}", "--set train={epocs: 3}: unknown key 'train.epocs'; did you mean"),
    (
      "train={epochs: 3, epochs: 4}",
      "--set train={epochs: 3, epochs: 4}: the key 'epochs' is given twice; "
    ),
    (
      "steps=[train]",
      "--set steps=[train]: only a recipe file holds 'steps'; write a recipe of your own"
    ),
    ("about=x", "--set about=x: only a recipe file holds 'about'; "),
    ("train.epochs=3\nplot: 4", "--set train.epochs=3 plot: 4: not YAML: "),
  ])
  func refused(override: String, start: String) throws {
    let message = try refusal(of: "about: x\n", set: [override])
    #expect(message.hasPrefix(start), "\(message)")
    #expect(!message.contains("\n"))
  }

  @Test(arguments: [
    ("train.epochs=3", "train.epochs", RecipeValue.integer(3)),
    (
      "train.schedule.milestones=[5,8]", "train.schedule.milestones",
      .list([.integer(5), .integer(8)])
    ),
    ("train={epochs: 3}", "train.epochs", .integer(3)),
    ("train.stop={patience: 3}", "train.stop.patience", .integer(3)),
    ("dataset.archive=../a b/#1: x.tar", "dataset.archive", .text("../a b/#1: x.tar")),
    ("dataset.archive=2024", "dataset.archive", .text("2024")),
    ("dataset.archive=\"a b\"", "dataset.archive", .text("a b")),
    ("dataset.archive=*.tar", "dataset.archive", .text("*.tar")),
    ("dataset.archive=a=b", "dataset.archive", .text("a=b")),
    ("dataset.archive=", "dataset.archive", .null),
    ("dataset.archive=null", "dataset.archive", .null),
    (
      "dataset.url=http://127.0.0.1:8080/a?b=c", "dataset.url", .text("http://127.0.0.1:8080/a?b=c")
    ),
    ("train.architecture.width=null", "train.architecture.width", .null),
    ("evaluate.on=test", "evaluate.on", .text("test")),
    ("evaluate={on: test}", "evaluate.on", .text("test")),
  ])
  func accepted(override: String, key: String, value: RecipeValue) throws {
    let text = "train:\n  epochs: 7\n  architecture: {width: 4}\ndataset: {archive: old.tar}\n"
    #expect(try loadRecipe(text, set: [override]).value(of: key) == (value, .override))
  }

  @Test func aKeySetTwice() throws {
    #expect(
      try refusal(of: "about: x\n", set: ["train.epochs=3", "train={epochs: 4}"])
        == "--set train={epochs: 4}: the key 'train.epochs' is given twice, also at "
        + "--set train.epochs=3; keep one of the two")
  }

  /// The mark would be lost when the resolved recipe is read again.
  @Test func aByteOrderMarkBeforeAPath() throws {
    #expect(
      try refusal(of: "about: x\n", set: ["dataset.archive=\u{FEFF}a.tar"])
        .hasSuffix(": the path begins with a byte order mark; leave it out"))
  }

  @Test func theFileIsCheckedToo() throws {
    #expect(
      try refusal(of: "train.epochs: ten\n", set: ["train.epochs=3"])
        .hasPrefix("r.yaml:1: train.epochs: expected a number"))
  }
}
