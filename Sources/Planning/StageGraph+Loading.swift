import Foundation
import Recipes
import Yams

extension StageGraph {
  /// Reads a graph.
  ///
  /// - Parameters:
  ///   - url: The YAML file.
  ///   - name: The file's name in messages.
  ///   - recipeKeys: The keys of the recipe schema, to check the keys that stages read.
  /// - Throws: `GraphError`.
  public init(contentsOf url: URL, called name: String, recipeKeys: [String]) throws(GraphError) {
    let text: String
    do {
      text = try String(contentsOf: url, encoding: .utf8)
    } catch {
      throw .unreadable(file: name, reason: error.localizedDescription)
    }
    try self.init(yaml: text, called: name, recipeKeys: recipeKeys)
  }

  /// Reads a graph from the text of a file.
  public init(yaml text: String, called name: String, recipeKeys: [String]) throws(GraphError) {
    let root = try GraphNode(yaml: text, file: name)
    let entries = try root.entries(allowed: ["format", "stages"])
    guard let format = entries["format"] else { throw .format(place: root.place, found: "none") }
    guard format.node.scalar?.string == "1" else {
      throw .format(place: format.place, found: format.summary)
    }
    guard let list = entries["stages"] else {
      throw .wrongType(place: root.place, key: "stages", expected: "stages", found: "none")
    }
    var stages: [Stage] = []
    var places: [String: GraphNode] = [:]
    for (stageName, node) in try list.pairs() {
      try node.requireName(stageName, of: "a stage")
      stages.append(try Stage(name: stageName, node: node))
      places[stageName] = node
    }
    self.stages = stages
    let sections = Set(recipeKeys.map { String($0.prefix { $0 != "." }) })
    for (index, stage) in stages.enumerated() {
      guard let node = places[stage.name] else { continue }
      try Self.checkReads(of: stage, keys: recipeKeys, sections: sections, at: node)
      try checkInputs(of: stage, at: index, node: node)
    }
  }

  private static func checkReads(
    of stage: Stage, keys: [String], sections: Set<String>, at node: GraphNode
  ) throws(GraphError) {
    for read in stage.reads
    where !sections.contains(read)
      && !keys.contains(where: { $0 == read || $0.hasPrefix(read + ".") })
    {
      throw .unknownSection(
        place: node.place(of: "reads"), stage: stage.name, name: read,
        suggestion: nearest(to: read, among: sections.sorted() + keys))
    }
  }

  private func checkInputs(of stage: Stage, at index: Int, node: GraphNode) throws(GraphError) {
    for input in stage.inputs {
      guard let source = input.source else { continue }
      let place = node.place(of: "inputs", input.name)
      guard let producerIndex = stages.firstIndex(where: { $0.name == source.stage }) else {
        throw .unknownStage(
          place: place, input: input.name, name: source.stage,
          suggestion: nearest(to: source.stage, among: stages.map(\.name)))
      }
      let producer = stages[producerIndex]
      guard producer.output(named: source.output) != nil else {
        let suggestion = nearest(to: source.output, among: producer.outputs.map(\.name))
        throw .unknownOutput(
          place: place, input: input.name, reference: source.description,
          suggestion: suggestion.map { "\(producer.name).\($0)" })
      }
      guard input.isOptional || producerIndex < index else {
        throw .notEarlier(
          place: place, stage: stage.name, input: input.name, producer: producer.name)
      }
    }
  }
}

extension StageGraph.Stage {
  fileprivate init(name: String, node: GraphNode) throws(GraphError) {
    self.name = name
    let entries = try node.entries(
      allowed: [
        "reads", "inputs", "outputs", "records", "publish", "highlights", "forecast", "alone",
        "live", "optional", "seed",
      ])
    reads = try entries["reads"]?.words() ?? []

    var inputs: [StageGraph.Input] = []
    for (label, source) in try entries["inputs"]?.pairs() ?? [] {
      let isOptional = label.hasSuffix("?")
      let inputName = isOptional ? String(label.dropLast()) : label
      try source.requireName(inputName, of: "an input")
      let reference = try Self.reference(source, isOptional: isOptional, input: inputName)
      inputs.append(StageGraph.Input(name: inputName, isOptional: isOptional, source: reference))
    }
    self.inputs = inputs

    var outputs: [StageGraph.Output] = []
    for (outputName, files) in try entries["outputs"]?.pairs() ?? [] {
      try files.requireName(outputName, of: "an output")
      let patterns = try files.filePatterns()
      let isSingleFile = files.node.scalar != nil && patterns.allSatisfy(\.isName)
      outputs.append(
        StageGraph.Output(name: outputName, files: patterns, isSingleFile: isSingleFile))
    }
    self.outputs = outputs
    records = try entries["records"]?.filePatterns() ?? []
    highlights = try entries["highlights"]?.filePatterns() ?? []
    forecast = try entries["forecast"].map(Self.forecast)
    let isAlone = try entries["alone"].map { node throws(GraphError) in
      try Self.truth(node, key: "alone")
    }
    runsAlone = isAlone ?? false
    let isLive = try entries["live"].map { node throws(GraphError) in
      try Self.truth(node, key: "live")
    }
    self.isLive = isLive ?? false
    let isOptional = try entries["optional"].map { node throws(GraphError) in
      try Self.truth(node, key: "optional")
    }
    self.isOptional = isOptional ?? false
    seedKey = try Self.seedKey(entries["seed"], reads: reads)
    publishingFolder = try entries["publish"].map { node throws(GraphError) in
      let folder = node.node.scalar?.string ?? ""
      try node.requireName(folder, of: "a folder")
      return folder
    }

    var claimed: Set<String> = []
    for pattern in outputs.flatMap(\.files) + records where !claimed.insert(pattern.text).inserted {
      throw .claimedTwice(place: node.place, stage: name, file: pattern.text)
    }
  }

  private static func forecast(
    _ node: GraphNode
  ) throws(GraphError) -> StageGraph.Forecast {
    let entries = try node.entries(allowed: ["repeats", "images", "seconds", "same"])
    func word(_ key: String) throws(GraphError) -> String {
      guard let words = try entries[key]?.words(), words.count == 1 else {
        throw .wrongType(
          place: node.place, key: key, expected: "a word",
          found: entries[key]?.summary ?? "nothing")
      }
      return words[0]
    }
    guard PlainName.isPlain(try word("seconds")) else {
      throw .badName(place: node.place, what: "a file", name: try word("seconds"))
    }
    return StageGraph.Forecast(
      repeats: try word("repeats"), images: try word("images"), seconds: try word("seconds"),
      same: try entries["same"]?.words() ?? [])
  }

  private static func truth(_ node: GraphNode, key: String) throws(GraphError) -> Bool {
    guard let word = node.node.scalar?.string, ["true", "false"].contains(word) else {
      throw .wrongType(
        place: node.place, key: key, expected: "true or false", found: node.summary)
    }
    return word == "true"
  }

  private static func seedKey(_ node: GraphNode?, reads: [String]) throws(GraphError) -> String? {
    guard let node else { return nil }
    guard let key = node.node.scalar?.string, reads.contains(where: { key.hasPrefix($0 + ".") })
    else {
      throw .wrongType(
        place: node.place, key: "seed", expected: "a recipe key that the stage reads",
        found: node.summary)
    }
    return key
  }

  private static func reference(
    _ node: GraphNode, isOptional: Bool, input: String
  ) throws(GraphError) -> StageGraph.Reference? {
    if isOptional, node.isNull { return nil }
    let parts = (node.node.scalar?.string ?? "").split(
      separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw .wrongType(
        place: node.place, key: input, expected: "stage.output", found: node.summary)
    }
    return StageGraph.Reference(stage: String(parts[0]), output: String(parts[1]))
  }
}
