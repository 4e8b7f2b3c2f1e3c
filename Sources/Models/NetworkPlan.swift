import Kernels
import Layers
import Tensors

/// A network prepared for batches up to a given size: every feature map and gradient has a fixed
/// place in one arena before the first pass.
///
/// A map lives from its node's forward pass to the last forward or backward pass that reads it; a
/// gradient lives from its first consumer's backward pass to its own node's.
///
/// In evaluation, images are independent, so a large batch goes through the network in parts small
/// enough that the caches hold their maps (`EvaluationPass`); only images and logits have room for
/// the whole batch.
public final class NetworkPlan {
  public let network: Network
  public let mode: Mode
  public let precision: Precision
  /// Images in the largest batch.
  public let capacity: Int
  private let pool: WorkerPool
  private let arena: AlignedBuffer
  private let maps: [FeatureMap]
  private let gradients: [FeatureMap?]
  private let passedGradients: PassedGradients
  /// Number of images that go through at once.
  private let passSize: Int
  /// Views of the maps, one per pass: for each batch size used so far, and for the last batch.
  private var bounds: [Int: [Bound]] = [:]
  private var passes: [Bound]
  /// Number of images of the last batch.
  private var count: Int
  private let fusion: EpilogueFusion
  private let randomLayers: [any RandomLayer]
  /// Called after each layer's pass, for a profile; nil has no cost.
  public var observer: ((_ node: Int, _ pass: Pass) -> Void)?

  /// One of the two ways through a network.
  public enum Pass: Sendable { case forward, backward }

  /// The views of the maps for one pass.
  private struct Bound {
    let inputs: [[FeatureMap]]
    let outputs: [FeatureMap]
    let backward: [BackwardPass]
  }

  /// - Parameters:
  ///   - precision: The precision of the arithmetic and of stored maps.
  ///   - side: Width and height of the images; those of the network's input if nil.
  ///   - other: A plan whose maps are never in use at the same time as those of this one; if its
  ///     arena is large enough, this plan shares it.
  /// - Precondition: `capacity` is positive.
  public init(
    _ network: Network, mode: Mode, precision: Precision = .float32, capacity: Int,
    side: Int? = nil, sharingMemoryOf other: NetworkPlan? = nil, on pool: WorkerPool
  ) {
    precondition(capacity > 0, "a plan for batches of \(capacity)")
    self.network = network
    self.mode = mode
    self.precision = precision
    self.capacity = capacity
    self.pool = pool
    let passSize = Self.passSize(network, mode: mode, precision: precision, batch: capacity)
    self.passSize = passSize
    let lifetimes = Lifetimes(network, mode: mode)
    let shapes = lifetimes.shapes(count: capacity, passSize: passSize, precision, side: side)
    let requests = lifetimes.requests(shapes: shapes)
    let plan = MemoryPlan(requests.map(\.request))
    let shared = other.flatMap { $0.arena.byteCount >= plan.byteCount ? $0.arena : nil }
    arena = shared ?? AlignedBuffer(count: plan.byteCount / MemoryLayout<Float>.stride)
    var maps = [FeatureMap?](repeating: nil, count: shapes.count)
    var gradients = [FeatureMap?](repeating: nil, count: shapes.count)
    for (request, offset) in zip(requests, plan.offsets) {
      let map = FeatureMap(memory: arena.memory + offset, shape: shapes[request.map])
      if request.isGradient { gradients[request.map] = map } else { maps[request.map] = map }
    }
    passedGradients = lifetimes.passedGradients
    for (map, owner) in passedGradients.owners.enumerated() where map != owner {
      gradients[map] = gradients[owner]
    }
    self.maps = maps.compactMap { $0 }
    self.gradients = gradients
    for node in network.nodes {
      node.layer.reserve(
        for: node.inputs.map { shapes[$0].with(count: passSize) }, mode: mode, on: pool)
    }
    count = capacity
    passes = []
    fusion = EpilogueFusion(network, mode: mode)
    randomLayers = network.nodes.compactMap { $0.layer as? any RandomLayer }
    prepare(count: capacity)
    passes = bounds[capacity] ?? []
  }

  /// Bytes of feature maps and gradients of a plan for this number of images.
  public static func arenaByteCount(
    _ network: Network, mode: Mode, precision: Precision, capacity: Int
  ) -> Int {
    let lifetimes = Lifetimes(network, mode: mode)
    let passSize = passSize(network, mode: mode, precision: precision, batch: capacity)
    let requests = lifetimes.requests(
      shapes: lifetimes.shapes(count: capacity, passSize: passSize, precision))
    return MemoryPlan(requests.map(\.request)).byteCount
  }

  /// In training, norms combine the images of a batch, so all go through at once.
  private static func passSize(
    _ network: Network, mode: Mode, precision: Precision, batch: Int
  ) -> Int {
    switch mode {
    case .training: batch
    case .evaluation: EvaluationPass.size(network, precision: precision, batch: batch)
    }
  }

  /// Bytes of feature maps and gradients.
  public var arenaByteCount: Int { arena.byteCount }

  /// The map to fill with a batch of images before `forward`.
  ///
  /// - Precondition: 0 < count ≤ capacity.
  public func input(count: Int) -> FeatureMap {
    precondition(count > 0 && count <= capacity, "a batch of \(count) in a plan for \(capacity)")
    return maps[0].with(count: count)
  }

  /// The logits of the last forward pass.
  public var logits: FeatureMap { maps[maps.count - 1].with(count: count) }

  /// The buffer for the gradient of the logits, to be filled before `backward`.
  ///
  /// - Precondition: the plan is for training.
  public var logitsGradient: FeatureMap {
    guard let gradient = gradients[gradients.count - 1] else {
      preconditionFailure("a plan for evaluation has no gradients")
    }
    return gradient.with(count: count)
  }

  /// Prepares for batches of `count` images, so that later passes allocate nothing. Otherwise the
  /// first batch of this size does it.
  public func prepare(count: Int) {
    guard bounds[count] == nil else { return }
    bounds[count] = stride(from: 0, to: count, by: passSize).map {
      bind($0..<min($0 + passSize, count))
    }
  }

  /// Runs the layers on the first `count` images of the input.
  ///
  /// - Parameter origin: The position of the batch in the run; random layers depend on it.
  /// - Precondition: 0 < count ≤ capacity; for training a network with random layers, an origin is
  ///   given.
  public func forward(count: Int, origin: BatchOrigin? = nil) {
    precondition(count > 0 && count <= capacity, "a batch of \(count) in a plan for \(capacity)")
    if mode == .training && !randomLayers.isEmpty {
      guard let origin else {
        preconditionFailure("training \(network.name) without a word on which batch it is")
      }
      for layer in randomLayers { layer.begin(origin) }
    }
    prepare(count: count)
    if let passes = bounds[count] { self.passes = passes }
    self.count = count
    for pass in passes {
      for index in network.nodes.indices {
        fusion.forward(
          index, pass.inputs[index], into: pass.outputs[index], mode: mode, on: pool)
        observer?(index, .forward)
      }
    }
  }

  /// Computes the gradients of all parameters from the gradient of the logits.
  ///
  /// - Precondition: the plan is for training and `forward` was called before.
  public func backward() {
    precondition(mode == .training, "a backward pass in a plan for evaluation")
    for pass in passes {
      for index in network.nodes.indices.reversed() {
        network.nodes[index].layer.backward(pass.backward[index], on: pool)
        observer?(index, .backward)
      }
    }
  }

  /// - Parameter images: The images of the batch that go through in this pass. Maps without room
  ///   for the whole batch use their first images.
  private func bind(_ images: Range<Int>) -> Bound {
    let count = images.count
    let maps = self.maps.map {
      $0.shape.count == capacity ? $0.images(images) : $0.with(count: count)
    }
    let inputs = network.nodes.map { node in node.inputs.map { maps[$0] } }
    var isWritten = [Bool](repeating: false, count: maps.count)
    var epilogues = [(any ImageEpilogue)?](repeating: nil, count: maps.count)
    var backward: [BackwardPass] = []
    for (index, node) in network.nodes.enumerated().reversed() {
      guard let outputGradient = gradients[index + 1] else { break }
      let inputGradients = node.inputs.enumerated().map { place, map -> InputGradient? in
        guard let gradient = gradients[map] else { return nil }
        defer { isWritten[map] = true }
        // The gradient is already there; the next writer adds to it.
        if !isWritten[map], passedGradients.isPassed(by: index, to: map) { return nil }
        let epilogue = fusion.gradientEpilogue(
          runBy: index, at: place, inputs: inputs[map - 1], output: maps[map])
        if epilogue != nil { epilogues[map] = epilogue }
        return InputGradient(
          map: gradient.with(count: count), adds: isWritten[map], epilogue: epilogue)
      }
      backward.append(
        BackwardPass(
          inputs: inputs[index], output: maps[index + 1],
          outputGradient: outputGradient.with(count: count), inputGradients: inputGradients,
          gradientEpilogue: epilogues[index + 1]))
    }
    return Bound(
      inputs: inputs, outputs: Array(maps.dropFirst()), backward: backward.reversed())
  }
}

/// When each map and gradient of a network is in use. Moment i is the forward pass of node i; with
/// n nodes, moment 2n − i is its backward pass, and moment n the loss.
struct Lifetimes {
  private let network: Network
  private let mode: Mode
  let passedGradients: PassedGradients

  init(_ network: Network, mode: Mode) {
    self.network = network
    self.mode = mode
    passedGradients = PassedGradients(network)
  }

  struct MapRequest {
    let map: Network.FeatureMapID
    let isGradient: Bool
    let request: MemoryPlan.Request
  }

  /// The shapes of all maps: images and logits for a whole batch, all others for one pass.
  func shapes(
    count: Int, passSize: Int, _ precision: Precision, side: Int? = nil
  ) -> [FeatureMapShape] {
    var shapes = network.shapes(count: passSize, arithmetic: precision, side: side)
    for map in [0, shapes.count - 1] { shapes[map] = shapes[map].with(count: count) }
    return shapes
  }

  /// The buffers that a plan must place: all maps and, in training, the gradients of all but the
  /// input.
  func requests(shapes: [FeatureMapShape]) -> [MapRequest] {
    let nodeCount = network.nodes.count
    var lastUse = (0...nodeCount).map { max($0 - 1, 0) }
    var firstGradient = [Int](repeating: .max, count: nodeCount + 1)
    lastUse[nodeCount] = nodeCount
    firstGradient[nodeCount] = nodeCount
    for (index, node) in network.nodes.enumerated() {
      let backward = 2 * nodeCount - index
      let reads = mode == .training ? node.layer.backwardReads : []
      if reads.contains(.output) { lastUse[index + 1] = max(lastUse[index + 1], backward) }
      for (position, map) in node.inputs.enumerated() {
        let isRead = reads.contains(.inputs) || position == 0 && reads.contains(.firstInput)
        lastUse[map] = max(lastUse[map], isRead ? backward : index)
        firstGradient[map] = min(firstGradient[map], backward)
      }
    }
    // If a batch goes through in parts, images and logits live through all of them.
    let isInParts = nodeCount > 1 && shapes[0].count > shapes[1].count
    let maps = (0...nodeCount).map { map in
      let isWhole = isInParts && (map == 0 || map == nodeCount)
      return MapRequest(
        map: map, isGradient: false,
        request: .init(
          byteCount: shapes[map].byteCount,
          lifetime: isWhole ? 0...nodeCount : max(map - 1, 0)...lastUse[map]))
    }
    guard mode == .training else { return maps }
    // A gradient lives until the last of the maps that share it has been read.
    var lastGradientUse = [Int](repeating: 0, count: nodeCount + 1)
    for (map, owner) in passedGradients.owners.enumerated() {
      lastGradientUse[owner] = max(lastGradientUse[owner], 2 * nodeCount - (map - 1))
    }
    let gradients = (1...nodeCount).filter { passedGradients.owners[$0] == $0 }.map { map in
      MapRequest(
        map: map, isGradient: true,
        request: .init(
          byteCount: shapes[map].byteCount,
          lifetime: firstGradient[map]...lastGradientUse[map]))
    }
    return maps + gradients
  }
}
