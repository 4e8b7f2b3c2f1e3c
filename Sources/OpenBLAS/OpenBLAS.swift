import Foundation

/// The library OpenBLAS, loaded when a product first needs it.
///
/// It is not linked: a linked program would load the library and start its threads even if it never
/// multiplies, like most programs here. Only one function is used, whose type is declared here, so
/// the library is not needed for building.
///
/// This is a separate module, because `Kernels` is built without the run-time checks that this code
/// relies on.
public struct OpenBLAS: Sendable {
  /// `cblas_sgemm`: layout, two transpositions, rows, columns, inner size, alpha, A and its stride,
  /// B and its stride, beta, C and its stride.
  public typealias Multiply =
    @convention(c) (
      CInt, CInt, CInt, CInt, CInt, CInt, Float, UnsafePointer<Float>?, CInt,
      UnsafePointer<Float>?, CInt, Float, UnsafeMutablePointer<Float>?, CInt
    ) -> Void

  /// The values of CBLAS's enumerations.
  public enum Constant {
    public static let rowMajor: CInt = 101
    public static let asItIs: CInt = 111
    public static let transposed: CInt = 112
  }

  /// C = alpha · op(A) · op(B) + beta · C, on the calling thread.
  public let multiply: Multiply
  /// The set of kernels that the library chose for this processor, for example "Cooperlake".
  ///
  /// The environment variable `OPENBLAS_CORETYPE` overrides its choice.
  public let coreName: String
  /// Version and build options.
  public let configuration: String

  private typealias TakeBuffer = @convention(c) (CInt) -> UnsafeMutableRawPointer?
  private typealias GiveBack = @convention(c) (UnsafeMutableRawPointer?) -> Void
  private let takeBuffer: TakeBuffer?
  private let giveBack: GiveBack?

  /// The file name of the library in all distributions' packages.
  static let fileName = "libopenblas.so.0"

  /// The library, loaded by the first call.
  ///
  /// - Precondition: it can be loaded, which `load(threadCount:)` checks without ending the
  ///   process.
  public static var loaded: OpenBLAS {
    switch shared {
    case .success(let library): return library
    case .failure(let error): preconditionFailure("\(error)")
    }
  }

  /// Loads the library if it is not loaded yet.
  ///
  /// - Parameter threadCount: The number of threads that will multiply at the same time.
  public static func load(threadCount: Int) throws(OpenBLASError) {
    try AddressSpace.current.check(
      for: fileName, needed: neededByteCount(callers: threadCount))
    try shared.get().claimBuffers(for: threadCount)
  }

  /// Allocates the library's buffers for `callers` threads now, while there is memory: later,
  /// without memory, the library would retry forever. It keeps returned buffers for later products.
  ///
  /// A build that does not export these functions allocates its buffers in the first products.
  private func claimBuffers(for callers: Int) {
    guard let takeBuffer, let giveBack else { return }
    let buffers = (0..<callers).map { _ in takeBuffer(0) }
    for buffer in buffers { giveBack(buffer) }
  }

  private static let shared = Result { () throws(OpenBLASError) in try OpenBLAS(file: fileName) }

  /// - Parameter file: A path, or a name that the system looks for among its libraries.
  package init(file: String) throws(OpenBLASError) {
    // Never closed: its threads would continue in unmapped memory.
    guard let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
      throw .notLoaded(library: file, problem: Self.problem())
    }
    func function<Function>(_ name: String, as type: Function.Type) throws(OpenBLASError)
      -> Function
    {
      guard let address = dlsym(handle, name) else {
        throw .missingFunction(library: file, name: name)
      }
      return unsafeBitCast(address, to: type)
    }
    typealias Text = @convention(c) () -> UnsafePointer<CChar>
    multiply = try function("cblas_sgemm", as: Multiply.self)
    let text = try (
      core: function("openblas_get_corename", as: Text.self),
      configuration: function("openblas_get_config", as: Text.self)
    )
    coreName = String(cString: text.core())
    configuration = String(cString: text.configuration())
    takeBuffer = dlsym(handle, "blas_memory_alloc").map { unsafeBitCast($0, to: TakeBuffer.self) }
    giveBack = dlsym(handle, "blas_memory_free").map { unsafeBitCast($0, to: GiveBack.self) }
    // Callers divide the work among threads themselves.
    let setThreads = try function(
      "openblas_set_num_threads", as: (@convention(c) (CInt) -> Void).self)
    setThreads(1)
  }

  private static func problem() -> String {
    dlerror().map { String(cString: $0) } ?? "the system gives no reason"
  }

  /// The address space that the library needs, as measured for version 0.3.21: its code, a buffer
  /// for each thread that multiplies, and a buffer for each of its own threads. If it cannot
  /// allocate a buffer, it retries forever.
  private static func neededByteCount(callers: Int) -> Int {
    let (code, buffer) = (48 << 20, 132 << 20)
    return code + buffer * (callers + ProcessInfo.processInfo.activeProcessorCount - 1)
  }
}

/// Why OpenBLAS can't be used.
public enum OpenBLASError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system finds no such library, or can't load it.
  case notLoaded(library: String, problem: String)
  /// The file is not the library that its name suggests.
  case missingFunction(library: String, name: String)
  /// A limit on address space leaves the library too little memory, so it would retry forever.
  case tooLittleMemory(library: String, needed: Int, left: Int)

  public var description: String {
    switch self {
    case .notLoaded(let library, let problem):
      "OpenBLAS can't be loaded: \(problem.split(whereSeparator: \.isNewline).joined(separator: " "));"
        + " install \(library) (on Debian and Ubuntu: apt-get install libopenblas0)"
    case .missingFunction(let library, let name):
      "\(library) has no function \(name), so it is not OpenBLAS; install that again (on Debian and"
        + " Ubuntu: apt-get install --reinstall libopenblas0)"
    case .tooLittleMemory(let library, let needed, let left):
      "\(library) needs \(needed >> 20) MiB of address space, and the limit leaves \(left >> 20); raise"
        + " the limit (ulimit -v), or compute on fewer threads"
    }
  }
}
