#!/bin/sh
# Tells the test outside, with the kernel's own time, when a keyboard's Enter arrives and when a GPIO line is set.
set -e
mountpoint -q /sys/kernel/tracing || mount -t tracefs none /sys/kernel/tracing
cd /sys/kernel/tracing
case $(uname -m) in
    aarch64) arguments='type=%x1:u32 code=%x2:u32 value=%x3:s32' ;;
    *) arguments='type=%si:u32 code=%dx:u32 value=%cx:s32' ;;
esac
echo "p:key input_event $arguments" > kprobe_events
echo 'type==1 && code==28 && value==1' > events/kprobes/key/filter
echo 'get==0' > events/gpio/gpio_value/filter
echo 1 > events/kprobes/key/enable
echo 1 > events/gpio/gpio_value/enable
until [ -e /dev/virtio-ports/lab.trace ]; do sleep 0.2; done
exec cat trace_pipe > /dev/virtio-ports/lab.trace
