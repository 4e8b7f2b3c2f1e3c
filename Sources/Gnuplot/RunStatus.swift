/// Whence the images of a run come.
public enum DataStatus: String, Sendable, Decodable {
  /// The archive has the published digest.
  case official
  /// It has another, or is a folder of files.
  case unverified
  /// Pictures or arrays of the user's own.
  case own
  /// Drawn by this project.
  case generated
}

/// What every title must own up to.
public struct RunStatus: Sendable, Equatable {
  public let data: DataStatus
  public let selectedOnTest: Bool

  public init(data: DataStatus, selectedOnTest: Bool) {
    self.data = data
    self.selectedOnTest = selectedOnTest
  }

  /// What the images that choose the epoch are called.
  public var validationName: String { selectedOnTest ? "test (selected on it)" : "validation" }

  /// `title` with the reservations a reader must know of.
  func qualified(_ title: String) -> String {
    var reservations: [String] = []
    if selectedOnTest { reservations.append("selected on test") }
    if data == .unverified { reservations.append("unverified data") }
    return reservations.isEmpty ? title : title + " — " + reservations.joined(separator: ", ")
  }
}
