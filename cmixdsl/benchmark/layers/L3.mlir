// 3x3 depthwise convolution of 64 channels.
// A shape to measure: `cmixc bench` gives it the bits and the requantization it is asked for, and
// random constants.
builtin.module {
  func.func @L3(%x: !cmix.packed<28x28x64xui8>) -> !cmix.packed<28x28x64xui8> {
    %weight = cmix.constant dense<1> : !cmix.packed<3x3x64xui8>
    %y = cmix.depthwise_conv2d %x, %weight padding [1, 1, 1, 1]
        bias [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        requant #cmix.icn<m0 = [1073741824], n0 = [7], zero = 0>
        : !cmix.packed<28x28x64xui8>, !cmix.packed<3x3x64xui8> -> !cmix.packed<28x28x64xui8>
    func.return %y : !cmix.packed<28x28x64xui8>
  }
}
