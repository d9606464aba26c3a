#!/usr/bin/env python3
"""Stands in for `mixdown work -`: the same lines, exit codes and signals, without audio.

The session of an order is its plan: `log` (a file for events), `seconds`, `exits` (exit codes, one
per attempt, the last one again and again), and `stop_seconds` between SIGTERM and the end.
"""
import json, os, signal, sys, time, uuid

if sys.argv[1:] != ["work", "-"]:
    sys.exit(2)
order = json.load(sys.stdin)
name, plan = order["order_id"], order["session"]
stopped = False


def log(event, **more):
    record = {"event": event, "order": name, "time": time.time(), "pid": os.getpid(), **more}
    with open(plan["log"], "a") as file:
        file.write(json.dumps(record) + "\n")


def line(stage, progress, message, **more):
    # A worker that was killed reads nothing any more.
    try:
        print(json.dumps({"order_id": name, "stage": stage, "progress": progress, "message": message, **more}), flush=True)
    except BrokenPipeError:
        pass


def stop(*_):
    global stopped
    if not stopped:
        stopped = True
        log("signal")


signal.signal(signal.SIGTERM, stop)
with open(plan["log"], "a+") as file:
    file.seek(0)
    attempt = sum(1 for text in file if json.loads(text)["event"] == "start" and json.loads(text)["order"] == name)
log("start", worker=os.getppid(), order_document=order)
line("checking", 0.0, "Looking for an earlier result")
begin, seconds = time.monotonic(), plan["seconds"]
while (passed := time.monotonic() - begin) < seconds and not stopped:
    line("mixing", round(passed / seconds, 3), "Mixing")
    time.sleep(min(0.1, seconds - passed))
if stopped:
    time.sleep(plan.get("stop_seconds", 0))
    log("end", exit=75)
    line("returned", 0.0, "stopped", code="stopped")
    sys.exit(75)
exits = plan.get("exits", [0])
code = exits[min(attempt, len(exits) - 1)]
if code == 0:
    published = str(uuid.uuid4())
    result = {"schema": "mixdown.result/1", "order_id": name, "kind": order["kind"], "attempt": published}
    os.makedirs(os.path.join(order["out"], published), exist_ok=True)
    file = os.path.join(order["out"], published, "final_mix.wav")
    with open(file, "w") as mix:
        mix.write(name)
    result["files"] = [{"name": "final_mix.wav", "url": "file://" + os.path.abspath(file), "bytes": len(name), "blake3": "0" * 64}]
    with open(os.path.join(order["out"], "result.json"), "x") as file:
        json.dump(result, file)
    log("published")
    line("done", 1.0, "The result is published", result=result)
else:
    stage = "returned" if code == 75 else "failed"
    line(stage, 0.0, "as planned", code="disk_full" if code == 75 else "input_missing")
log("end", exit=code)
sys.exit(code)
