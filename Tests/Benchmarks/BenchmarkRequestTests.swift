import Benchmarks
import Foundation
import Kernels
import Tensors
import Testing

@Suite struct BenchmarkRequestTests {
  @Test func `left out words stand for everything`() throws {
    let request = try BenchmarkRequest()
    #expect(request.networks == BenchmarkCase.networks)
    #expect(request.precisions == [.float32])
    #expect(request.threadCount == ProcessInfo.processInfo.activeProcessorCount)
    #expect(request.batch == nil)
    #expect(request.seconds == 3)
  }

  @Test func `words are read`() throws {
    let request = try BenchmarkRequest(
      networks: "resnet20,alexnet", precisions: "float32", threads: "2", batch: "7",
      seconds: "0.5")
    #expect(request.networks == ["resnet20", "alexnet"])
    #expect(request.threadCount == 2 && request.batch == 7 && request.seconds == 0.5)
  }

  @Test func `a slip in a name gets the name that was meant`() {
    #expect(throws: BenchmarkError.unknownNetwork(name: "resnet2", suggestion: "resnet20")) {
      try BenchmarkRequest(networks: "small-cnn,resnet2")
    }
    #expect(throws: BenchmarkError.unknownNetwork(name: "", suggestion: nil)) {
      try BenchmarkRequest(networks: "small-cnn,")
    }
    #expect(throws: BenchmarkError.unknownPrecision(name: "float16")) {
      try BenchmarkRequest(precisions: "float32,float16")
    }
  }

  @Test func `a precision must be one of this build's`() throws {
    if Precision.bfloat16.isSupported {
      let request = try BenchmarkRequest(precisions: "bfloat16,float32")
      #expect(request.precisions == [.bfloat16, .float32])
    } else {
      #expect(throws: BenchmarkError.unsupported(.bfloat16)) {
        try BenchmarkRequest(precisions: "bfloat16")
      }
    }
  }

  @Test(arguments: ["0", "-1", "two", "1025", "1.5", ""])
  func `threads are a whole number in range`(word: String) {
    #expect(
      throws: BenchmarkError.number(
        option: "threads", found: word, expected: "a whole number from 1 to 1024")
    ) {
      try BenchmarkRequest(threads: word)
    }
  }

  @Test(arguments: ["0", "65537", "x"])
  func `a batch has images`(word: String) {
    #expect(
      throws: BenchmarkError.number(
        option: "batch", found: word, expected: "a whole number from 1 to 65536")
    ) {
      try BenchmarkRequest(batch: word)
    }
  }

  @Test(arguments: ["0", "-2", "nan", "inf", "3601", "long"])
  func `seconds pass, and end`(word: String) {
    #expect(
      throws: BenchmarkError.number(
        option: "seconds", found: word, expected: "a number above 0, at most 3600")
    ) {
      try BenchmarkRequest(seconds: word)
    }
  }

  /// Each description is one line, which names the option and the valid values.
  @Test func `descriptions say what to do`() {
    #expect(
      BenchmarkError.unknownNetwork(name: "vgg", suggestion: nil).description
        == "--networks: no network 'vgg'; there are small-cnn, alexnet, resnet20, resnet29v2, "
        + "pyramidnet, adaptive-conv, airbench")
    #expect(
      BenchmarkError.number(option: "batch", found: "x", expected: "a whole number").description
        == "--batch takes a whole number, found 'x'")
    #expect(
      BenchmarkError.killed(network: "alexnet", signal: 9).description.contains("--batch"))
  }
}
