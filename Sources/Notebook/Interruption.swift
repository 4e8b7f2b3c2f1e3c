import Foundation

/// Whether the user, or the shell that started the stage, has asked it to stop.
///
/// The first SIGINT, SIGTERM, SIGHUP or SIGPIPE is noted, so that the stage can finish its step and
/// save; the second one ends the process at once. The handlers live here because one written in a
/// `main.swift` would be bound to the main actor, and trap.
public enum Interruption {
  /// The exit status of a stage that was interrupted and has saved its state.
  public static let exitStatus: Int32 = 130

  /// Starts to listen.
  public static func observe() {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] {
      signal(number) { number in
        interruptionWasRequested = 1
        signal(number, SIG_DFL)
      }
    }
  }

  /// True after the first signal.
  public static var isRequested: Bool { interruptionWasRequested != 0 }
}

// Written by signal handlers, which may touch nothing but such a flag.
nonisolated(unsafe) private var interruptionWasRequested: sig_atomic_t = 0
