// RUN: cmix-opt %s --split-input-file -p convert-softmax-to-loops,cse | filecheck %s

// Rows of an image; the last share of a row fills its byte with zeros.
// CHECK:      "memref.global"() <{sym_name = "rows_powers", type = memref<4xi32>, initial_value = dense<[2147483647, 2042749603, 1943123572, 1848356295]> : tensor<4xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @rows(%x_bytes: memref<2x1xi8>, %y_bytes: memref<2x2xi8>) {
// CHECK-NEXT:   %powers = memref.get_global @rows_powers : memref<4xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %row = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     %max = scf.for %c = %c0 to %c3 step %c1 iter_args(%c0_i32_1 = %c0_i32) -> (i32) {
// CHECK-NEXT:       %0 = cmix.load_element %x_bytes[%row, %c] : memref<2x1xi8> as <2x3xui2>
// CHECK-NEXT:       %c0_i32_2 = arith.maxsi %c0_i32_1, %0 : i32
// CHECK-NEXT:       scf.yield %c0_i32_2 : i32
// CHECK-NEXT:     }
// CHECK-NEXT:     %sum = scf.for %c_1 = %c0 to %c3 step %c1 iter_args(%c0_i32_3 = %c0_i32) -> (i32) {
// CHECK-NEXT:       %1 = cmix.load_element %x_bytes[%row, %c_1] : memref<2x1xi8> as <2x3xui2>
// CHECK-NEXT:       %2 = arith.subi %max, %1 : i32
// CHECK-NEXT:       %entry = arith.index_cast %2 : i32 to index
// CHECK-NEXT:       %power = memref.load %powers[%entry] : memref<4xi32>
// CHECK-NEXT:       %k = arith.constant 2048 : i32
// CHECK-NEXT:       %3 = arith.addi %power, %k : i32
// CHECK-NEXT:       %c12_i32 = arith.constant 12 : i32
// CHECK-NEXT:       %4 = arith.shrui %3, %c12_i32 : i32
// CHECK-NEXT:       %c0_i32_4 = arith.addi %c0_i32_3, %4 : i32
// CHECK-NEXT:       scf.yield %c0_i32_4 : i32
// CHECK-NEXT:     }
// CHECK-NEXT:     %leading = dsp.clz %sum
// CHECK-NEXT:     %c1_i32 = arith.constant 1 : i32
// CHECK-NEXT:     %5 = arith.subi %leading, %c1_i32 : i32
// CHECK-NEXT:     %denominator = arith.shli %sum, %5 : i32
// CHECK-NEXT:     %slope = arith.constant -1010580540 : i32
// CHECK-NEXT:     %6, %7 = dsp.smull %denominator, %slope
// CHECK-NEXT:     %c31_i32 = arith.constant 31 : i32
// CHECK-NEXT:     %8 = arith.shrui %6, %c31_i32 : i32
// CHECK-NEXT:     %c30_i32 = arith.constant 30 : i32
// CHECK-NEXT:     %9 = arith.shrui %6, %c30_i32 : i32
// CHECK-NEXT:     %10 = arith.andi %9, %c1_i32 : i32
// CHECK-NEXT:     %11 = arith.shli %7, %c1_i32 : i32
// CHECK-NEXT:     %12 = arith.ori %11, %8 : i32
// CHECK-NEXT:     %scaled = arith.addi %12, %10 : i32
// CHECK-NEXT:     %k_1 = arith.constant 1515870810 : i32
// CHECK-NEXT:     %13 = arith.addi %scaled, %k_1 : i32
// CHECK-NEXT:     %14, %15 = dsp.smull %denominator, %13
// CHECK-NEXT:     %16 = arith.shrui %14, %c31_i32 : i32
// CHECK-NEXT:     %17 = arith.shrui %14, %c30_i32 : i32
// CHECK-NEXT:     %18 = arith.andi %17, %c1_i32 : i32
// CHECK-NEXT:     %19 = arith.shli %15, %c1_i32 : i32
// CHECK-NEXT:     %20 = arith.ori %19, %16 : i32
// CHECK-NEXT:     %scaled_1 = arith.addi %20, %18 : i32
// CHECK-NEXT:     %one = arith.constant 536870912 : i32
// CHECK-NEXT:     %21 = arith.subi %one, %scaled_1 : i32
// CHECK-NEXT:     %22, %23 = dsp.smull %13, %21
// CHECK-NEXT:     %24 = arith.shrui %22, %c31_i32 : i32
// CHECK-NEXT:     %25 = arith.shrui %22, %c30_i32 : i32
// CHECK-NEXT:     %26 = arith.andi %25, %c1_i32 : i32
// CHECK-NEXT:     %27 = arith.shli %23, %c1_i32 : i32
// CHECK-NEXT:     %28 = arith.ori %27, %24 : i32
// CHECK-NEXT:     %scaled_2 = arith.addi %28, %26 : i32
// CHECK-NEXT:     %c2_i32 = arith.constant 2 : i32
// CHECK-NEXT:     %29 = arith.shli %scaled_2, %c2_i32 : i32
// CHECK-NEXT:     %reciprocal = arith.addi %13, %29 : i32
// CHECK-NEXT:     %30, %31 = dsp.smull %denominator, %reciprocal
// CHECK-NEXT:     %32 = arith.shrui %30, %c31_i32 : i32
// CHECK-NEXT:     %33 = arith.shrui %30, %c30_i32 : i32
// CHECK-NEXT:     %34 = arith.andi %33, %c1_i32 : i32
// CHECK-NEXT:     %35 = arith.shli %31, %c1_i32 : i32
// CHECK-NEXT:     %36 = arith.ori %35, %32 : i32
// CHECK-NEXT:     %scaled_3 = arith.addi %36, %34 : i32
// CHECK-NEXT:     %37 = arith.subi %one, %scaled_3 : i32
// CHECK-NEXT:     %38, %39 = dsp.smull %reciprocal, %37
// CHECK-NEXT:     %40 = arith.shrui %38, %c31_i32 : i32
// CHECK-NEXT:     %41 = arith.shrui %38, %c30_i32 : i32
// CHECK-NEXT:     %42 = arith.andi %41, %c1_i32 : i32
// CHECK-NEXT:     %43 = arith.shli %39, %c1_i32 : i32
// CHECK-NEXT:     %44 = arith.ori %43, %40 : i32
// CHECK-NEXT:     %scaled_4 = arith.addi %44, %42 : i32
// CHECK-NEXT:     %45 = arith.shli %scaled_4, %c2_i32 : i32
// CHECK-NEXT:     %reciprocal_1 = arith.addi %reciprocal, %45 : i32
// CHECK-NEXT:     %46, %47 = dsp.smull %denominator, %reciprocal_1
// CHECK-NEXT:     %48 = arith.shrui %46, %c31_i32 : i32
// CHECK-NEXT:     %49 = arith.shrui %46, %c30_i32 : i32
// CHECK-NEXT:     %50 = arith.andi %49, %c1_i32 : i32
// CHECK-NEXT:     %51 = arith.shli %47, %c1_i32 : i32
// CHECK-NEXT:     %52 = arith.ori %51, %48 : i32
// CHECK-NEXT:     %scaled_5 = arith.addi %52, %50 : i32
// CHECK-NEXT:     %53 = arith.subi %one, %scaled_5 : i32
// CHECK-NEXT:     %54, %55 = dsp.smull %reciprocal_1, %53
// CHECK-NEXT:     %56 = arith.shrui %54, %c31_i32 : i32
// CHECK-NEXT:     %57 = arith.shrui %54, %c30_i32 : i32
// CHECK-NEXT:     %58 = arith.andi %57, %c1_i32 : i32
// CHECK-NEXT:     %59 = arith.shli %55, %c1_i32 : i32
// CHECK-NEXT:     %60 = arith.ori %59, %56 : i32
// CHECK-NEXT:     %scaled_6 = arith.addi %60, %58 : i32
// CHECK-NEXT:     %61 = arith.shli %scaled_6, %c2_i32 : i32
// CHECK-NEXT:     %reciprocal_2 = arith.addi %reciprocal_1, %61 : i32
// CHECK-NEXT:     %62 = arith.shli %reciprocal_2, %c1_i32 : i32
// CHECK-NEXT:     %limit = arith.constant 1073741824 : i32
// CHECK-NEXT:     %63 = arith.cmpi sge, %reciprocal_2, %limit : i32
// CHECK-NEXT:     %most = arith.constant 2147483647 : i32
// CHECK-NEXT:     %scale = arith.select %63, %most, %62 : i32
// CHECK-NEXT:     %c12_i32_1 = arith.constant 12 : i32
// CHECK-NEXT:     %shift = arith.subi %c12_i32_1, %leading : i32
// CHECK-NEXT:     %64 = cmix.load_element %x_bytes[%row, %c0] : memref<2x1xi8> as <2x3xui2>
// CHECK-NEXT:     %65 = arith.subi %max, %64 : i32
// CHECK-NEXT:     %entry_1 = arith.index_cast %65 : i32 to index
// CHECK-NEXT:     %power_1 = memref.load %powers[%entry_1] : memref<4xi32>
// CHECK-NEXT:     %66, %67 = dsp.smull %power_1, %scale
// CHECK-NEXT:     %68 = arith.shrui %66, %c31_i32 : i32
// CHECK-NEXT:     %69 = arith.shrui %66, %c30_i32 : i32
// CHECK-NEXT:     %70 = arith.andi %69, %c1_i32 : i32
// CHECK-NEXT:     %71 = arith.shli %67, %c1_i32 : i32
// CHECK-NEXT:     %72 = arith.ori %71, %68 : i32
// CHECK-NEXT:     %scaled_7 = arith.addi %72, %70 : i32
// CHECK-NEXT:     %c26_i32 = arith.constant 26 : i32
// CHECK-NEXT:     %73 = arith.shrsi %scaled_7, %c26_i32 : i32
// CHECK-NEXT:     %74 = arith.shrsi %73, %shift : i32
// CHECK-NEXT:     %75 = arith.addi %74, %c1_i32 : i32
// CHECK-NEXT:     %76 = arith.shrsi %75, %c1_i32 : i32
// CHECK-NEXT:     %c15_i32 = arith.constant 15 : i32
// CHECK-NEXT:     %share = arith.minsi %76, %c15_i32 : i32
// CHECK-NEXT:     %77 = cmix.load_element %x_bytes[%row, %c1] : memref<2x1xi8> as <2x3xui2>
// CHECK-NEXT:     %78 = arith.subi %max, %77 : i32
// CHECK-NEXT:     %entry_2 = arith.index_cast %78 : i32 to index
// CHECK-NEXT:     %power_2 = memref.load %powers[%entry_2] : memref<4xi32>
// CHECK-NEXT:     %79, %80 = dsp.smull %power_2, %scale
// CHECK-NEXT:     %81 = arith.shrui %79, %c31_i32 : i32
// CHECK-NEXT:     %82 = arith.shrui %79, %c30_i32 : i32
// CHECK-NEXT:     %83 = arith.andi %82, %c1_i32 : i32
// CHECK-NEXT:     %84 = arith.shli %80, %c1_i32 : i32
// CHECK-NEXT:     %85 = arith.ori %84, %81 : i32
// CHECK-NEXT:     %scaled_8 = arith.addi %85, %83 : i32
// CHECK-NEXT:     %86 = arith.shrsi %scaled_8, %c26_i32 : i32
// CHECK-NEXT:     %87 = arith.shrsi %86, %shift : i32
// CHECK-NEXT:     %88 = arith.addi %87, %c1_i32 : i32
// CHECK-NEXT:     %89 = arith.shrsi %88, %c1_i32 : i32
// CHECK-NEXT:     %share_1 = arith.minsi %89, %c15_i32 : i32
// CHECK-NEXT:     cmix.store_elements %share, %share_1 to %y_bytes[%row, %c0] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:     %90 = cmix.load_element %x_bytes[%row, %c2] : memref<2x1xi8> as <2x3xui2>
// CHECK-NEXT:     %91 = arith.subi %max, %90 : i32
// CHECK-NEXT:     %entry_3 = arith.index_cast %91 : i32 to index
// CHECK-NEXT:     %power_3 = memref.load %powers[%entry_3] : memref<4xi32>
// CHECK-NEXT:     %92, %93 = dsp.smull %power_3, %scale
// CHECK-NEXT:     %94 = arith.shrui %92, %c31_i32 : i32
// CHECK-NEXT:     %95 = arith.shrui %92, %c30_i32 : i32
// CHECK-NEXT:     %96 = arith.andi %95, %c1_i32 : i32
// CHECK-NEXT:     %97 = arith.shli %93, %c1_i32 : i32
// CHECK-NEXT:     %98 = arith.ori %97, %94 : i32
// CHECK-NEXT:     %scaled_9 = arith.addi %98, %96 : i32
// CHECK-NEXT:     %99 = arith.shrsi %scaled_9, %c26_i32 : i32
// CHECK-NEXT:     %100 = arith.shrsi %99, %shift : i32
// CHECK-NEXT:     %101 = arith.addi %100, %c1_i32 : i32
// CHECK-NEXT:     %102 = arith.shrsi %101, %c1_i32 : i32
// CHECK-NEXT:     %share_2 = arith.minsi %102, %c15_i32 : i32
// CHECK-NEXT:     cmix.store_elements %share_2 to %y_bytes[%row, %c2] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rows(%x_bytes: memref<2x1xi8>, %y_bytes: memref<2x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x1xi8> as !cmix.packed<2x3xui2>
  %y = cmix.softmax %x multiplier 1717986918 left_shift 22
      : !cmix.packed<2x3xui2> -> !cmix.packed<2x3xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x3xui4> to memref<2x2xi8>
  return
}
