import Foundation

/// Names that break careless quoting; all are allowed in recipes and data sets.
public let hostileNames = [
  "it's", "say \"hi\"", "back\\slash\\", "two\nlines", "100 % sure %d %s", "`touch canary`",
  "@macro $1 #no", "a,b;c", "{curly} } {", "漢字 und Übermaß", String(repeating: "long ", count: 20),
  "", "under_score^2",
]

/// The text of a history of two classes with these rows.
public func historyText(_ rows: [String], classes: [String] = ["cat", "dog"]) -> String {
  let header =
    [
      "epoch", "learning_rate", "train_loss", "train_top1", "train_top5", "validation_loss",
      "validation_top1", "validation_top5",
    ] + classes.map { "train_top1." + $0 } + classes.map { "validation_top1." + $0 }
  func quoted(_ cell: String) -> String {
    cell.contains { ",\"\n\r".contains($0) } ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
  }
  return header.map(quoted).joined(separator: ",") + "\n" + rows.map { $0 + "\n" }.joined()
}

/// The JSON of an evaluation; `replacing` replaces one part of its text.
public func evaluationText(
  replacing old: String = "", with new: String = "", selectedOnTest: Bool = false,
  names: [String] = ["cat", "dog"]
) -> String {
  func quoted(_ text: String) -> String {
    String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
  }
  let classes = names.map {
    "{\"name\": \(quoted($0)), \"support\": 5, \"accuracy\": 60.0, "
      + "\"precision\": 75.0, \"recall\": 60.0, \"f1\": null}"
  }
  let text = """
    {"top1": 70.0, "top5": 100.0, "loss": 0.5, "count": 1000, "on": "validation",
     "checkpoint": "best", "epoch": 2, "data_status": "unverified", "source": "cifar-10",
     "selected_on_test": \(selectedOnTest), "class_names": [],
     "per_class": [\(classes.joined(separator: ", "))],
     "macro": {"precision": 70.0, "recall": 65.0, "f1": null}}
    """
  return old.isEmpty ? text : text.replacing(old, with: new)
}
