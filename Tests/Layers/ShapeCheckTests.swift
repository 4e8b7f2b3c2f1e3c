import Kernels
import Layers
import Tensors
import Testing

/// A layer stops the program if the shape of a map is wrong, before it reaches a kernel without
/// checks.
@Suite struct ShapeCheckTests {
  @Test func wrongChannelCountStopsAConvolution() async {
    await #expect(processExitsWith: .failure) {
      let layer = Convolution(
        name: "c", inputChannels: 8, outputChannels: 4, kernelSize: 3, padding: 1)
      _ = layer.outputShape(for: [FeatureMapShape(count: 1, height: 5, width: 5, channels: 9)])
    }
  }

  @Test func kernelBeyondThePaddedInputStopsAConvolution() async {
    await #expect(processExitsWith: .failure) {
      let layer = Convolution(
        name: "c", inputChannels: 8, outputChannels: 4, kernelSize: 6, stride: 2, padding: 0)
      _ = layer.outputShape(for: [FeatureMapShape(count: 1, height: 5, width: 5, channels: 8)])
    }
  }

  @Test func imagesAndMapsAreNotMistakenForOneAnother() async {
    await #expect(processExitsWith: .failure) {
      let layer = Convolution(
        name: "c", inputChannels: 3, outputChannels: 4, kernelSize: 3, padding: 1)
      _ = layer.outputShape(for: [.images(count: 1, height: 5, width: 5)])
    }
    await #expect(processExitsWith: .failure) {
      let layer = Convolution(
        name: "c", inputChannels: 3, outputChannels: 4, kernelSize: 3, padding: 1,
        readsImages: true)
      _ = layer.outputShape(for: [FeatureMapShape(count: 1, height: 5, width: 5, channels: 3)])
    }
  }

  @Test func imagesCannotBePooledOrNormalized() async {
    await #expect(processExitsWith: .failure) {
      _ = MaxPool(.windows(size: 2, stride: 2)).outputShape(
        for: [.images(count: 1, height: 4, width: 4)])
    }
    await #expect(processExitsWith: .failure) {
      _ = BatchNorm(name: "n", channels: 3).outputShape(
        for: [.images(count: 1, height: 4, width: 4)])
    }
    await #expect(processExitsWith: .failure) {
      _ = Activation(.relu).outputShape(for: [.images(count: 1, height: 4, width: 4)])
    }
  }

  @Test func windowLargerThanTheInputStopsPooling() async {
    await #expect(processExitsWith: .failure) {
      _ = AveragePool(.windows(size: 5, stride: 1)).outputShape(
        for: [FeatureMapShape(count: 1, height: 4, width: 4, channels: 3)])
    }
  }
}
