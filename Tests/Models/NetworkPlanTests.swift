import Kernels
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// In a plan, maps and gradients share memory; this must not change results.
@Suite struct NetworkPlanTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var sizes = NetworkConfiguration()
    let count: Int
    var precision = Precision.float32
    var testDescription: String { "\(name) \(sizes), \(count) images, \(precision)" }
  }

  static let cases = [
    Case(name: "linear", count: 3), Case(name: "small-cnn", count: 1),
    Case(name: "small-cnn", count: 3), Case(name: "resnet8", count: 5),
    Case(name: "resnet8", sizes: .init(width: 3), count: 1),
    Case(name: "resnet20", sizes: .init(width: 5), count: 2),
    Case(name: "resnet14", sizes: .init(width: 17), count: 3),
    Case(name: "resnet11v2", sizes: .init(width: 3), count: 2),
    Case(name: "pyramidnet", sizes: .init(blocks: 1, alpha: 40), count: 3),
    Case(name: "adaptive-conv", sizes: .init(widths: [3, 3, 17, 5], kernels: 3), count: 9),
    Case(name: "airbench", sizes: .init(widths: [5, 20, 33]), count: 3),
    Case(name: "airbench", sizes: .init(widths: [5, 20, 33]), count: 3, precision: .bfloat16),
    Case(name: "small-cnn", count: 3, precision: .bfloat16),
    Case(name: "resnet8", count: 5, precision: .bfloat16),
    Case(name: "resnet11v2", sizes: .init(width: 3), count: 2, precision: .bfloat16),
    Case(
      name: "pyramidnet", sizes: .init(blocks: 1, alpha: 40), count: 3, precision: .bfloat16),
    Case(
      name: "adaptive-conv", sizes: .init(widths: [3, 3, 17, 5], kernels: 3), count: 9,
      precision: .bfloat16),
  ]

  private let pool = WorkerPool(threadCount: 2)

  private func network(_ test: Case) throws -> Network {
    let network = try NetworkCatalog.network(
      named: test.name, configuration: test.sizes, classes: 7)
    network.initialize(seed: 5)
    return network
  }

  private func images(_ test: Case) -> DenseTensor {
    goldenFill("images", suffix: test.name, shape: [test.count, 3, 32, 32], kind: .input)
  }

  private func cotangent(_ test: Case) -> [Float] {
    goldenFill("cotangent", suffix: test.name, shape: [test.count, 7], kind: .input).values
  }

  /// Logits and, in training, all gradients, as bits.
  private func run(_ plan: NetworkPlan, _ test: Case) -> [[UInt32]] {
    plan.input(count: test.count).load(denseNCHW: images(test).values)
    plan.forward(count: test.count)
    let logits = plan.logits.denseNCHW()
    guard plan.mode == .training else { return [logits.map(\.bitPattern)] }
    plan.logitsGradient.load(denseNCHW: cotangent(test))
    plan.backward()
    let trained = plan.network.parameters.filter(\.isTrainable)
    return [logits.map(\.bitPattern)] + trained.map { $0.denseGradient().map(\.bitPattern) }
  }

  private func plan(_ test: Case, mode: Mode = .training, capacity: Int) throws -> NetworkPlan {
    NetworkPlan(
      try network(test), mode: mode, precision: test.precision, capacity: capacity, on: pool)
  }

  /// A plan for smaller images, in the memory of the plan for larger ones, gives the same results
  /// as a network built for the smaller images, and does not affect the other plan.
  @Test(
    arguments: cases.filter { $0.name != "linear" && $0.name != "small-cnn" },
    [24, 27])
  func plansOfOtherSidesShareNetworkAndMemory(_ test: Case, _ side: Int) throws {
    guard test.precision.isSupported else { return }
    let network = try network(test)
    #expect(network.obstacle(toImagesOfSide: side) == nil)
    let large = NetworkPlan(
      network, mode: .training, precision: test.precision, capacity: test.count, on: pool)
    let small = NetworkPlan(
      network, mode: .training, precision: test.precision, capacity: test.count, side: side,
      sharingMemoryOf: large, on: pool)
    #expect(small.arenaByteCount == large.arenaByteCount, "one memory")
    let own = try NetworkCatalog.network(
      named: test.name, configuration: test.sizes, side: side, classes: 7)
    own.initialize(seed: 5)
    let alone = NetworkPlan(
      own, mode: .training, precision: test.precision, capacity: test.count, on: pool)
    func run(_ plan: NetworkPlan, side: Int) -> [[UInt32]] {
      let images = goldenFill(
        "images", suffix: test.name, shape: [test.count, 3, side, side], kind: .input)
      plan.input(count: test.count).load(denseNCHW: images.values)
      plan.forward(count: test.count)
      plan.logitsGradient.load(denseNCHW: cotangent(test))
      let logits = plan.logits.denseNCHW().map(\.bitPattern)
      plan.backward()
      let trained = plan.network.parameters.filter(\.isTrainable)
      return [logits] + trained.map { $0.denseGradient().map(\.bitPattern) }
    }
    let before = run(large, side: 32)
    expectSame(run(small, side: side), run(alone, side: side), network)
    expectSame(run(large, side: 32), before, network)
  }

  /// Heads that read every pixel of the last maps accept only one size.
  @Test func aHeadWithoutPoolingAcceptsOneSide() throws {
    for (name, layer) in [("linear", "linear"), ("small-cnn", "fc1")] {
      let network = try NetworkCatalog.network(named: name, classes: 7)
      #expect(network.obstacle(toImagesOfSide: 32) == nil)
      let found = network.obstacle(toImagesOfSide: 24)
      #expect(found != nil && (found == layer || name == "linear"), "\(String(describing: found))")
    }
    let airbench = try NetworkCatalog.network(named: "airbench", classes: 7)
    #expect(airbench.obstacle(toImagesOfSide: 9) == nil)
    #expect(airbench.obstacle(toImagesOfSide: 8) == "groups.2.pool")
  }

  private func expectSame(
    _ actual: [[UInt32]], _ expected: [[UInt32]], _ network: Network,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let names = ["logits"] + network.parameters.filter(\.isTrainable).map(\.name)
    #expect(actual.count == expected.count, sourceLocation: sourceLocation)
    for (index, (a, b)) in zip(actual, expected).enumerated() where a != b {
      let place = zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
      Issue.record(
        """
        \(names[index]): number \(place) of \(b.count) is \(Float(bitPattern: a[place])), \
        expected \(Float(bitPattern: b[place]))
        """, sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: cases)
  func trainingAgreesWithSeparateMemory(_ test: Case) throws {
    let network = try network(test)
    let plan = NetworkPlan(
      network, mode: .training, precision: test.precision, capacity: test.count, on: pool)
    let actual = run(plan, test)
    let separate = SeparateMemoryRun(
      network, images(test), logitsGradient: cotangent(test), mode: .training,
      precision: test.precision, on: pool)
    let expected =
      [separate.logits.map(\.bitPattern)]
      + separate.gradients.map { $0.map(\.bitPattern) }
    #expect(separate.logits.allSatisfy { $0.isFinite } && Set(separate.logits).count >= 7)
    expectSame(actual, expected, network)
    #expect(plan.arenaByteCount <= separate.byteCount)
    if test.name.hasPrefix("resnet") {
      // Gradients share memory with other maps.
      #expect(plan.arenaByteCount < separate.byteCount * 3 / 4)
    }
    #expect(plan.arenaByteCount >= separate.mapBytes / 2)
  }

  /// Layers belong to the network and reserve memory for the largest batch of all plans.
  @Test(arguments: cases)
  func aLargerPlanOfTheSameNetworkChangesNothing(_ test: Case) throws {
    let network = try network(test)
    func plan(_ capacity: Int) -> NetworkPlan {
      NetworkPlan(
        network, mode: .training, precision: test.precision, capacity: capacity, on: pool)
    }
    let small = plan(test.count)
    let first = run(small, test)
    let large = plan(20 * test.count)
    #expect(large.arenaByteCount > small.arenaByteCount)
    expectSame(run(small, test), first, network)
  }

  /// Evaluating a large batch gives the same results as smaller ones, with less memory.
  @Test(arguments: [Precision.float32, .bfloat16])
  func largeBatchesGoThroughInParts(_ precision: Precision) throws {
    let network = try NetworkCatalog.network(named: "resnet11v2", classes: 7)
    network.initialize(seed: 5)
    func plan(_ capacity: Int) -> NetworkPlan {
      NetworkPlan(network, mode: .evaluation, precision: precision, capacity: capacity, on: pool)
    }
    let (whole, part) = (plan(200), plan(10))
    #expect(whole.arenaByteCount < 200 * plan(1).arenaByteCount / 2)
    for count in [200, 77] {
      let images = goldenFill("images", suffix: "parts", shape: [count, 3, 32, 32], kind: .input)
      whole.input(count: count).load(denseNCHW: images.values)
      whole.forward(count: count)
      var expected: [Float] = []
      for first in stride(from: 0, to: count, by: 10) {
        let size = min(10, count - first)
        part.input(count: size).load(
          denseNCHW: Array(images.values[first * 3072..<(first + size) * 3072]))
        part.forward(count: size)
        expected += part.logits.denseNCHW()
      }
      expectClose(
        whole.logits.denseNCHW(), expected, .ofLargest(1e-6), "logits", shape: [count, 7])
    }
  }

  @Test(arguments: cases)
  func evaluationAgreesWithSeparateMemory(_ test: Case) throws {
    let network = try network(test)
    // Running statistics other than the initial ones.
    _ = run(
      NetworkPlan(
        network, mode: .training, precision: test.precision, capacity: test.count, on: pool), test)
    let plan = NetworkPlan(
      network, mode: .evaluation, precision: test.precision, capacity: test.count, on: pool)
    let separate = SeparateMemoryRun(
      network, images(test), logitsGradient: nil, mode: .evaluation,
      precision: test.precision, on: pool)
    expectSame(run(plan, test), [separate.logits.map(\.bitPattern)], network)
  }

  /// A plan is used repeatedly: earlier passes must not affect later ones.
  @Test(arguments: cases)
  func passesDoNotDependOnEarlierOnes(_ test: Case) throws {
    let plan = try plan(test, capacity: test.count)
    let first = run(plan, test)
    plan.input(count: test.count).elements.update(repeating: 0)
    plan.forward(count: test.count)
    plan.backward()
    expectSame(run(plan, test), first, plan.network)
  }

  /// The last, smaller batch of an epoch uses the same plan.
  @Test(arguments: cases, [Mode.training, .evaluation])
  func smallerBatchesRunInALargerPlan(_ test: Case, _ mode: Mode) throws {
    let exact = try plan(test, mode: mode, capacity: test.count)
    let larger = try plan(test, mode: mode, capacity: 2 * test.count + 3)
    let whole = larger.input(count: larger.capacity)
    whole.elements.update(repeating: 1)
    larger.forward(count: larger.capacity)
    if mode == .training {
      larger.logitsGradient.elements.update(repeating: 0)
      larger.backward()
      // The first pass of the larger plan has changed the running statistics, which training passes
      // do not read.
    } else {
      #expect(larger.logits.shape.count == larger.capacity)
    }
    expectSame(run(larger, test), run(exact, test), exact.network)
    #expect(larger.logits.shape.count == test.count)
  }

  @Test(arguments: cases)
  func evaluationNeedsLessMemory(_ test: Case) throws {
    let network = try network(test)
    let training = NetworkPlan(
      network, mode: .training, precision: test.precision, capacity: test.count, on: pool)
    let evaluation = NetworkPlan(
      network, mode: .evaluation, precision: test.precision, capacity: test.count, on: pool)
    #expect(evaluation.arenaByteCount < training.arenaByteCount)
    if test.name.hasPrefix("resnet") {
      // At most four maps of the first stage at a time, however deep the network.
      let largest =
        network.shapes(count: test.count, arithmetic: test.precision).map(\.byteCount).max() ?? 0
      #expect(evaluation.arenaByteCount <= 4 * largest)
    }
  }

  @Test func aBatchThatDoesNotFitStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let network = try NetworkCatalog.network(named: "linear", classes: 2)
      let pool = WorkerPool(threadCount: 1)
      _ = NetworkPlan(network, mode: .evaluation, capacity: 3, on: pool).input(count: 4)
    }
  }

  /// The two gradients of a sum may share memory only if neither is added to while the other is
  /// still needed: here the second convolution adds to the gradient of its input, and reads that of
  /// its output.
  @Test func gradientsThatAreStillWantedAreLeftAlone() {
    let images = FeatureMapShape.images(count: 1, height: 40, width: 40)
    let second = Convolution(
      name: "second", inputChannels: 18, outputChannels: 18, kernelSize: 3, padding: 1)
    let network = Network(
      name: "diamond", input: images, classes: 18,
      nodes: [
        Network.Node(
          name: "conv",
          layer: Convolution(
            name: "conv", inputChannels: 3, outputChannels: 18, kernelSize: 3, padding: 1,
            readsImages: true), inputs: [0]),
        Network.Node(name: "second", layer: second, inputs: [1]),
        Network.Node(name: "sum", layer: Add(), inputs: [1, 2]),
        Network.Node(name: "twice", layer: Add(), inputs: [3, 3]),
        Network.Node(name: "pool", layer: AveragePool(.adaptive(count: 1)), inputs: [4]),
      ])
    network.initialize(seed: 5)
    let batch = goldenFill("images", suffix: "diamond", shape: [3, 3, 40, 40], kind: .input)
    let cotangent = goldenFill("cotangent", suffix: "diamond", shape: [3, 18], kind: .input).values
    let plan = NetworkPlan(network, mode: .training, capacity: 3, on: pool)
    plan.input(count: 3).load(denseNCHW: batch.values)
    plan.forward(count: 3)
    plan.logitsGradient.load(denseNCHW: cotangent)
    plan.backward()
    let trained = network.parameters.filter(\.isTrainable)
    let actual = trained.map { $0.denseGradient().map(\.bitPattern) }
    let separate = SeparateMemoryRun(
      network, batch, logitsGradient: cotangent, mode: .training, on: pool)
    expectSame(
      [[]] + actual, [[]] + separate.gradients.map { $0.map(\.bitPattern) }, network)
  }

  @Test(arguments: [1, 2, 3])
  func resultsDoNotDependOnThreads(_ threads: Int) throws {
    let test = Case(name: "resnet8", sizes: .init(width: 5), count: 5)
    let plan = NetworkPlan(
      try network(test), mode: .training, precision: test.precision, capacity: 5,
      on: WorkerPool(threadCount: threads))
    let expected = run(try self.plan(test, capacity: 5), test)
    expectSame(run(plan, test), expected, plan.network)
  }
}
