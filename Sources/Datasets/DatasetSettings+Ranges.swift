import CheckedNumbers

extension DatasetSettings: CheckedSettings {
  /// Checks every number against the bounds of `stages/schema.yaml`.
  public func check() throws {
    let count = SettingRange(least: 2, most: 10_000_000)
    try count.check(trainingImages, "dataset.training-images")
    try count.check(testImages, "dataset.test-images")
    let sides = ImageSet.sides
    try SettingRange(least: Double(sides.lowerBound), most: Double(sides.upperBound))
      .check(side, "dataset.side")
    let fraction = SettingRange(least: 0.01, most: 0.45)
    try fraction.check(validationFraction, "dataset.validation-fraction")
    try fraction.check(testFraction, "dataset.test-fraction")
  }
}

extension SplitSettings: CheckedSettings {
  /// Checks the number of validation images against `stages/schema.yaml`; the split checks that enough
  /// training images are left.
  public func check() throws {
    guard case .images(let count)? = validation else { return }
    try SettingRange(least: 1).check(count, "split.validation")
  }
}

extension PreprocessSettings: CheckedSettings {
  /// Checks the constants against `stages/schema.yaml`, and, if they are used for
  /// normalisation, that they are given and plausible.
  public func check() throws {
    for mean in mean ?? [] { try SettingRange(least: 0, most: 1).check(mean, "preprocess.mean") }
    for deviation in std ?? [] {
      try SettingRange(most: 0.5, above: 0).check(deviation, "preprocess.std")
    }
    if normalize == .constants { _ = try givenConstants() }
  }
}
