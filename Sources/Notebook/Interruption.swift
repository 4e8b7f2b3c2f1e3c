import Foundation

/// Whether the stage has received a signal to stop.
///
/// The first SIGINT, SIGTERM, SIGHUP or SIGPIPE only sets a flag, so that the stage can finish its
/// step and save; the second one ends the process immediately. The handlers are in this module
/// because a handler in a `main.swift` would be bound to the main actor and trap.
public enum Interruption {
  /// The exit status of a stage that was interrupted and has saved its state.
  public static let exitStatus: Int32 = 130

  /// Installs the signal handlers.
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

// Written by signal handlers, which may access only such a flag.
nonisolated(unsafe) private var interruptionWasRequested: sig_atomic_t = 0
