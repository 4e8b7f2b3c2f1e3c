import Declarations

extension NetworkCatalog {
  /// The recipe keys of networks: `train.network` and `train.architecture`.
  ///
  /// - Precondition: families that share a key agree on its type and range.
  public static func recipeKeys(
    of families: [any NetworkFamily] = families
  ) -> [DeclaredSetting] {
    let names = DeclaredSetting(
      name: "train.network",
      kind: .text(
        pattern: families.map(\.pattern).joined(separator: "|"),
        example: families.map(\.example).joined(separator: ", ")),
      defaultValue: "resnet20",
      about: (["the network"] + families.compactMap(\.naming)).joined(separator: "; "))
    return [names] + sizes(of: families)
  }

  /// The keys of `train.architecture`, in the order in which the families first declare them.
  private static func sizes(of families: [any NetworkFamily]) -> [DeclaredSetting] {
    var sizes: [DeclaredSetting] = []
    for key in families.flatMap(\.keys) {
      let name = "train.architecture.\(key.name)"
      guard !sizes.contains(where: { $0.name == name }) else { continue }
      let owners = families.filter { $0.keys.contains { $0.name == key.name } }
      let keys = owners.flatMap(\.keys).filter { $0.name == key.name }
      precondition(
        keys.allSatisfy { $0.kind == key.kind },
        "\(owners.map(\.title)) declare '\(key.name)' with different types or ranges")
      sizes.append(
        DeclaredSetting(
          name: name, kind: key.kind, defaultValue: nil, about: about(key.name, of: owners),
          condition: DeclaredSetting.Condition(
            "train.network", in: owners.map { .text($0.pattern) })))
    }
    return sizes
  }

  /// "channels of the first stage (resnetD, resnetDv2); 16 by default", followed by the
  /// families for which the key has another meaning or another published value.
  private static func about(_ name: String, of owners: [any NetworkFamily]) -> String {
    var meanings: [(about: String, value: String, owners: [String])] = []
    for owner in owners {
      guard let key = owner.keys.first(where: { $0.name == name }) else { continue }
      let value = "\(key.defaultSetting)"
      let known = meanings.firstIndex { $0.about == key.about && $0.value == value }
      if let known {
        meanings[known].owners.append(owner.title)
      } else {
        meanings.append((key.about, value, [owner.title]))
      }
    }
    return meanings.map {
      "\($0.about) (\($0.owners.joined(separator: ", "))); \($0.value) by default"
    }.joined(separator: "; ")
  }
}
