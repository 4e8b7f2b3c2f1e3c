import Kernels
import Layers
import Models
import Synchronization
import Tensors
import TestSupport
import Testing

/// The layer that writes a norm's input, or completes its output's gradient, computes the norm's
/// sums, but only if it supports epilogues.
@Suite struct EpilogueFusionTests {
  private let pool = WorkerPool(threadCount: 2)

  /// Copies its input, or adds two inputs, and records the epilogues that it was given.
  private final class Probe: Layer {
    private let statistics = Atomic(false)
    private let gradientSums = Atomic(false)
    var takesStatistics: Bool { statistics.load(ordering: .relaxed) }
    var takesGradientSums: Bool { gradientSums.load(ordering: .relaxed) }
    let kind = "probe"
    let parameters: [Parameter] = []
    let backwardReads: BackwardReads = []
    let runsEpilogues = true

    func multiplyAdds(for inputs: [FeatureMapShape]) -> Int { 0 }
    func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape { inputs[0] }
    func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {}

    func forward(_ pass: ForwardPass, on pool: WorkerPool) {
      let (inputs, output) = (pass.inputs, pass.output)
      if pass.epilogue != nil { statistics.store(true, ordering: .relaxed) }
      if inputs.count == 2 {
        Pointwise.add(inputs[0], inputs[1], into: output, epilogue: pass.epilogue, on: pool)
      } else {
        Pointwise.copy(inputs[0], into: output, adding: false, epilogue: pass.epilogue, on: pool)
      }
    }

    func backward(_ pass: BackwardPass, on pool: WorkerPool) {
      for case let target? in pass.inputGradients {
        if target.epilogue != nil { gradientSums.store(true, ordering: .relaxed) }
        Pointwise.copy(
          pass.outputGradient, into: target.map, adding: target.adds, epilogue: target.epilogue,
          on: pool)
      }
    }
  }

  /// A stem of 16 channels and a norm, whose output is map 2. The following layers write maps 3, 4,
  /// …, the last of which the head reads.
  private func network(_ middle: [(layer: any Layer, inputs: [Int])]) -> Network {
    let stem = Convolution(
      name: "stem", inputChannels: 3, outputChannels: 16, kernelSize: 3, padding: 1,
      readsImages: true)
    let head = Linear(
      name: "head", input: FeatureMapShape(count: 1, height: 1, width: 1, channels: 16), outputs: 5)
    var nodes = [
      Network.Node(name: "stem", layer: stem, inputs: [0]),
      Network.Node(
        name: "norm", layer: BatchNorm(name: "norm", channels: 16, activation: .relu), inputs: [1]),
    ]
    for (index, node) in middle.enumerated() {
      nodes.append(Network.Node(name: "middle\(index)", layer: node.layer, inputs: node.inputs))
    }
    nodes.append(
      Network.Node(
        name: "pool", layer: AveragePool(.adaptive(count: 1)), inputs: [nodes.count]))
    nodes.append(Network.Node(name: "head", layer: head, inputs: [nodes.count]))
    let network = Network(
      name: "probe", input: .images(count: 1, height: 8, width: 8), classes: 5, nodes: nodes)
    network.initialize(seed: 3)
    return network
  }

  /// Trains a step in a plan, and compares it with a run in separate memory, where each norm
  /// computes its own sums.
  private func check(_ network: Network) {
    let images = goldenFill("images", suffix: "fusion", shape: [3, 3, 8, 8], kind: .input)
    let cotangent = goldenFill("cotangent", suffix: "fusion", shape: [3, 5], kind: .input).values
    let plan = NetworkPlan(network, mode: .training, capacity: 3, on: pool)
    plan.input(count: 3).load(denseNCHW: images.values)
    plan.forward(count: 3)
    let logits = plan.logits.denseNCHW()
    plan.logitsGradient.load(denseNCHW: cotangent)
    plan.backward()
    let gradients = network.parameters.filter(\.isTrainable).map { $0.denseGradient() }
    let separate = SeparateMemoryRun(
      network, images, logitsGradient: cotangent, mode: .training, on: pool)
    #expect(logits == separate.logits)
    #expect(gradients == separate.gradients)
  }

  private func norm(_ name: String) -> BatchNorm { BatchNorm(name: name, channels: 16) }

  @Test func whoeverStandsBetweenTwoNormsTakesTheSumsOfBoth() {
    let probe = Probe()
    check(network([(probe, [2]), (norm("second"), [3])]))
    #expect(probe.takesStatistics)
    #expect(probe.takesGradientSums)
  }

  @Test func theFusionCanBePrinted() {
    let network = network([(Probe(), [2]), (norm("second"), [3])])
    #expect(
      EpilogueFusion(network, mode: .training).description == """
        stem: output → norm
        middle0: output → middle1
        middle0: gradient → norm
        """)
    #expect(EpilogueFusion(network, mode: .evaluation).description.isEmpty)
  }

  /// A frozen norm needs no statistics of its input, and gradients pass through it.
  @Test func aFrozenNormTakesNoStatistics() {
    let probe = Probe()
    let network = network([(probe, [2]), (norm("second"), [3])])
    for node in network.nodes where node.layer is BatchNorm { node.layer.freeze() }
    check(network)
    #expect(!probe.takesStatistics)
  }

  @Test func inEvaluationNobodyTakesAny() {
    let probe = Probe()
    let network = network([(probe, [2]), (norm("second"), [3])])
    let plan = NetworkPlan(network, mode: .evaluation, capacity: 2, on: pool)
    plan.input(count: 2).load(denseNCHW: [Float](repeating: 0.5, count: 2 * 3 * 64))
    plan.forward(count: 2)
    #expect(!probe.takesStatistics)
  }

  @Test func aNormWhoseOutputIsReadTwiceByOneLayer() {
    check(network([(Add(), [2, 2])]))
  }

  @Test func aNormWhoseGradientIsPassedOn() {
    let convolution = Convolution(
      name: "c", inputChannels: 16, outputChannels: 16, kernelSize: 3, padding: 1)
    check(network([(convolution, [2]), (Add(), [3, 2])]))
    check(network([(Add(), [2, 1])]))
  }

  @Test func aNormWhoseOutputIsFirstReadAsAnAddend() {
    let probe = Probe()
    let convolution = Convolution(
      name: "c", inputChannels: 16, outputChannels: 16, kernelSize: 3, padding: 1)
    check(network([(convolution, [1]), (probe, [3, 2])]))
    #expect(!probe.takesGradientSums)
  }

  @Test func aNormWhoseOutputIsPooled() {
    check(network([(MaxPool(.windows(size: 2, stride: 2), rectifies: true), [2])]))
  }
}
