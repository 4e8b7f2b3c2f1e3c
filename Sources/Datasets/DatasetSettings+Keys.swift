import Declarations

extension DatasetSettings {
  /// The recipe keys that depend on the list of sources.
  public static func recipeKeys() -> [DeclaredSetting] {
    let sources = DataSource.allCases
    return [
      DeclaredSetting(
        name: "dataset.source", kind: .choice(sources.map(\.rawValue)),
        defaultValue: .text(DataSource.shapes.rawValue),
        about: sources.map { "\($0.rawValue): \($0.about)" }.joined(separator: "; "))
    ]
  }
}
