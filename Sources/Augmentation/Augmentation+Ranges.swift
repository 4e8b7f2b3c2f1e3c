import CheckedNumbers

extension Augmentation {
  /// Checks every value against the bounds of `stages/schema.yaml`.
  ///
  /// - Parameter section: The prefix before the kind in a setting's name.
  public func check(_ section: String) throws(SettingOutOfRange) {
    let section = "\(section)\(kind)."
    switch self {
    case .resize, .alternatingFlip: break
    case .crop(let padding, _):
      try SettingRange(least: 1, most: 31).check(padding, section + "padding")
    case .flip(let probability):
      try SettingRange(least: 0, most: 1).check(probability, section + "probability")
    case .rotate(let degrees):
      try SettingRange(least: 0, most: 180).check(degrees, section + "degrees")
    case .affine(let degrees, let translate, let scale):
      try SettingRange(least: 0, most: 180).check(degrees, section + "degrees")
      try SettingRange(least: 0, most: 1).check(translate, section + "translate")
      for factor in [scale.lowerBound, scale.upperBound] {
        try SettingRange(least: 0.1, most: 10).check(factor, section + "scale")
      }
    case .colorJitter(let jitter):
      for (key, reach) in [
        ("brightness", jitter.brightness), ("contrast", jitter.contrast),
        ("saturation", jitter.saturation),
      ] {
        try SettingRange(least: 0, most: 10).check(reach, section + key)
      }
      try SettingRange(least: 0, most: 0.5).check(jitter.hue, section + "hue")
    case .cutout(let side, _):
      try SettingRange(least: 1, most: 227).check(side, section + "side")
    }
  }
}
