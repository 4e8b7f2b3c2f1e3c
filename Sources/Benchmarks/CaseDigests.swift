import Digests
import Foundation
import Kernels
import Models

/// Digests of a network's results: equal digests mean bit-identical results.
///
/// They show that a change of the kernels changed no result, and that two machines compute the same
/// results.
public struct CaseDigests: Sendable, Equatable {
  /// SHA-256 of all parameters and running statistics after some training steps.
  public let weights: String
  /// SHA-256 of the logits of one batch in evaluation, with those weights.
  public let logits: String
}

extension BenchmarkCase {
  /// Number of training steps before the digests are taken.
  static let digestSteps = 3

  /// Trains a few steps on the fixed batch, runs one evaluation pass on it, and digests both
  /// results.
  ///
  /// - Throws: `BenchmarkError.diverged`, and errors in recipes.
  public func digests() throws -> CaseDigests {
    let pool = WorkerPool(threadCount: threadCount)
    let network = try NetworkCatalog.network(named: network, classes: 10)
    let training = try TrainingWorkload(network, self, on: pool)
    for _ in 0..<Self.digestSteps {
      training.placeFixedBatch()
      training.step()
    }
    guard training.isFinite else { throw BenchmarkError.diverged(network: self.network) }
    var weights = SHA256()
    for parameter in network.parameters {
      parameter.dense().withUnsafeBytes { weights.update($0) }
    }
    let inference = InferenceWorkload(network, self, on: pool)
    inference.placeFixedBatch()
    inference.answer()
    var logits = SHA256()
    logits.update(UnsafeRawBufferPointer(inference.logits.elements))
    return CaseDigests(
      weights: weights.finalize().hexadecimal, logits: logits.finalize().hexadecimal)
  }
}
