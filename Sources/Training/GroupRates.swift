/// The learning rates of groups of parameters in a step.
///
/// A group's rate is proportional to the section's schedule: a minimum rate is scaled by the ratio
/// of the group's `learning-rate` to the section's. A group that trains for `epochs` runs through
/// the whole schedule in this time and is frozen afterwards: its parameters, their optimiser state
/// and their gradients are not updated, while gradients still pass to other layers.
package struct GroupRates {
  private let whole: Course
  private let courses: [ParameterGroup: Course]
  private let epochs: Double

  /// A learning rate and its schedule.
  private struct Course {
    let base: Double
    let schedule: Schedule
    /// Nil for the whole run.
    let epochs: Double?
  }

  package init(_ settings: TrainingSettings) {
    let (section, schedule) = (settings.optimizer, settings.schedule)
    epochs = settings.epochs
    whole = Course(base: section.learningRate, schedule: schedule, epochs: nil)
    courses = Dictionary(
      uniqueKeysWithValues: section.groups.map { group, given in
        let base = section.settings(of: group).learningRate
        var schedule = schedule
        schedule.minimum *= base / section.learningRate
        return (group, Course(base: base, schedule: schedule, epochs: given.epochs))
      })
  }

  /// Whether any group stops training before the end of the run.
  package var freezes: Bool { courses.values.contains { $0.epochs != nil } }

  /// The rate of a group's step, or of the section's for nil; nil once the group is frozen.
  ///
  /// - Parameter history: The figures of the epochs before this one.
  package func rate(
    of group: ParameterGroup?, at place: StepPlace, history: [EpochRecord]
  ) -> Double? {
    let course = group.flatMap { courses[$0] } ?? whole
    guard !isFrozen(course, at: place) else { return nil }
    return course.schedule.rate(
      base: course.base, at: place, epochs: course.epochs ?? epochs, history: history)
  }

  func isFrozen(_ group: ParameterGroup?, at place: StepPlace) -> Bool {
    isFrozen(group.flatMap { courses[$0] } ?? whole, at: place)
  }

  /// A group trains for the nearest whole number of steps, but at least one unless `epochs` is 0.
  private func isFrozen(_ course: Course, at place: StepPlace) -> Bool {
    guard let epochs = course.epochs else { return false }
    let done = (place.epoch - 1) * place.stepsInEpoch + place.step
    let steps = (epochs * Double(place.stepsInEpoch)).rounded()
    return Double(done) >= (epochs > 0 ? max(steps, 1) : 0)
  }
}
