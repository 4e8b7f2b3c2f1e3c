import Foundation

/// A counter-based stream of random numbers: the value at a position is a pure function of the
/// stream's coordinates and the position, so it does not depend on threads, order or resuming a
/// run.
///
/// A stream has four coordinates. `seed` is the user's; `purpose` separates uses that must not
/// share numbers ("shuffle", "crop", …); `epoch` and `index` identify a draw for that purpose, for
/// example the image of a crop.
///
///     value(k) = mix(key + k · 0x9E3779B97F4A7C15)
///
/// Source: the mixing function is SplitMix64's (Steele, Lea and Flood, 2014, "Fast splittable
/// pseudorandom number generators", figure 15, with Stafford's variant 13).
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: UInt64
  private var position: UInt64 = 0

  public init(seed: Int, purpose: StaticString, epoch: Int = 0, index: Int = 0) {
    self.init(
      key: purpose.withUTF8Buffer { bytes in fnv1a64(bytes) }, seed: seed, epoch: epoch,
      index: index)
  }

  /// A stream for one of several users of the same purpose, for example one layer.
  public init(
    seed: Int, purpose: StaticString, name: String, epoch: Int = 0, index: Int = 0
  ) {
    // Purposes contain no zero byte, so no other pair of purpose and name gives the same bytes.
    let hash = purpose.withUTF8Buffer { bytes in fnv1a64(bytes) }
    let key = fnv1a64(name.utf8, after: fnv1a64(CollectionOfOne(0), after: hash))
    self.init(key: key, seed: seed, epoch: epoch, index: index)
  }

  private init(key purposeKey: UInt64, seed: Int, epoch: Int, index: Int) {
    key = Self.mixed(Self.mixed(Self.mixed(purposeKey, seed), epoch), index)
  }

  private static func mixed(_ key: UInt64, _ coordinate: Int) -> UInt64 {
    splitMix64(key ^ splitMix64(UInt64(bitPattern: Int64(coordinate)) &+ goldenGamma))
  }

  public mutating func next() -> UInt64 {
    position &+= 1
    return splitMix64(key &+ position &* goldenGamma)
  }
}

extension RandomStream {
  /// A uniform number in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A uniform number in [lower, upper).
  public mutating func uniform(in range: Range<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A uniform integer in 0 ..< bound, by the high half of a 128-bit product. The bias is below
  /// bound · 2⁻⁶⁴, which is negligible.
  ///
  /// - Precondition: `bound > 0`.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "integer(below:) needs a positive bound, found \(bound)")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A standard normal number, by the Box–Muller transform.
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// A permutation of 0 ..< count.
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    order.withUnsafeMutableBufferPointer { shuffle($0) }
    return order
  }

  /// Shuffles numbers by the method of Fisher and Yates.
  public mutating func shuffle(_ numbers: UnsafeMutableBufferPointer<Int>) {
    var last = numbers.count - 1
    while last > 0 {
      numbers.swapAt(last, integer(below: last + 1))
      last -= 1
    }
  }
}
