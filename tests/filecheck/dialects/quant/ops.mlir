// RUN: ROUNDTRIP
// RUN: GENERIC_ROUNDTRIP

// signed and unsigned storage, zero points
func.func private @storage(tensor<16x!quant.uniform<u4:f32, 0.02:3>>, tensor<16x!quant.uniform<i8:f32, 0.5>>, tensor<16x!quant.uniform<i8:f32, 0.5:-128>>, tensor<16x!quant.uniform<i1:f32, 0.5:-1>>, tensor<16x!quant.uniform<u32:f32, 0.5:4294967295>>)
// CHECK: func.func private @storage(tensor<16x!quant.uniform<u4:f32, 0.02:3>>, tensor<16x!quant.uniform<i8:f32, 0.5>>, tensor<16x!quant.uniform<i8:f32, 0.5:-128>>, tensor<16x!quant.uniform<i1:f32, 0.5:-1>>, tensor<16x!quant.uniform<u32:f32, 0.5:4294967295>>) -> ()

// narrowed storage; the whole range is not printed
func.func private @narrow(tensor<16x!quant.uniform<i8<-8:7>:f32, 0.02>>, tensor<16x!quant.uniform<u8<1:255>:f32, 0.02:1>>, tensor<16x!quant.uniform<i8<-128:127>:f32, 0.02>>)
// CHECK: func.func private @narrow(tensor<16x!quant.uniform<i8<-8:7>:f32, 0.02>>, tensor<16x!quant.uniform<u8<1:255>:f32, 0.02:1>>, tensor<16x!quant.uniform<i8:f32, 0.02>>) -> ()

// one scale for each index of an axis; zero points of 0 are not printed
func.func private @axis(tensor<2x3x!quant.uniform<i8:f32:0, {0.1, 0.2:3}>>, tensor<3x1x!quant.uniform<i4<-7:7>:f32:1, {0.25:0}>>)
// CHECK: func.func private @axis(tensor<2x3x!quant.uniform<i8:f32:0, {0.1, 0.2:3}>>, tensor<3x1x!quant.uniform<i4<-7:7>:f32:1, {0.25}>>) -> ()

// scales in their shortest text with a point
func.func private @scales(!quant.uniform<i8:f32, 0.1000000014901161193847656>, !quant.uniform<i8:f32, 1.0e-10>, !quant.uniform<i8:f32, 2.500000e+20>, !quant.uniform<i8:f32, 0x419D6F3454000000>, !quant.uniform<i8:f32, 1.401298464324817e-45>)
// CHECK: func.func private @scales(!quant.uniform<i8:f32, 0.10000000149011612>, !quant.uniform<i8:f32, 1.0e-10>, !quant.uniform<i8:f32, 2.5e+20>, !quant.uniform<i8:f32, 123456789.0>, !quant.uniform<i8:f32, 1.401298464324817e-45>) -> ()
