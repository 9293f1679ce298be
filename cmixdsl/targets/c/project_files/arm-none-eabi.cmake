# CMake's toolchain file for @device@, without an operating system.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_C_FLAGS_INIT "-mcpu=@gcc_cpu@ -mthumb -mfloat-abi=soft -ffunction-sections -fdata-sections")
# The compiler is tried with a library: a program needs the linker script.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
