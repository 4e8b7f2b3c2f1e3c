import Tensors

/// The plans of a layer, one for each reserved shape. A plan can be used for batches of any size up
/// to the one it was made for.
struct ReservedPlans<Plan> {
  private struct Key: Hashable {
    let input: FeatureMapShape
    let mode: Mode

    init(_ input: FeatureMapShape, _ mode: Mode) {
      self.input = input.with(count: 1)
      self.mode = mode
    }
  }

  private struct Entry {
    let capacity: Int
    let plan: Plan
  }

  private var entries: [Key: Entry] = [:]

  /// The plan for inputs of a shape; makes one if none exists for at least this number of images.
  mutating func plan(for input: FeatureMapShape, _ mode: Mode, _ make: () -> Plan) -> Plan {
    let key = Key(input, mode)
    if let entry = entries[key], entry.capacity >= input.count { return entry.plan }
    let plan = make()
    entries[key] = Entry(capacity: input.count, plan: plan)
    return plan
  }

  /// - Precondition: the shape was reserved.
  subscript(input: FeatureMapShape, mode: Mode) -> Plan {
    guard let entry = entries[Key(input, mode)], input.count <= entry.capacity else {
      preconditionFailure("inputs of \(input) in \(mode) were not reserved")
    }
    return entry.plan
  }
}
