#!/usr/bin/env bash
# An array of orders under Slurm: one order file per line of orders.txt.
#   sbatch --array=1-"$(wc -l <orders.txt)"%50 slurm-array.sh orders.txt
# SIGTERM comes 60 s before the time limit; an order that is given back joins the queue again.
#SBATCH --job-name=mixdown
#SBATCH --cpus-per-task=2
#SBATCH --mem=1G
#SBATCH --time=01:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=mixdown-%A_%a.log
#SBATCH --signal=B:TERM@60
set -u
order=$(sed -n "${SLURM_ARRAY_TASK_ID}p" "$1")
[ -n "$order" ] || { echo "no order on line $SLURM_ARRAY_TASK_ID of $1" >&2; exit 1; }

# In the background, so that bash passes the signal on at once.
mixdown work "$order" &
child=$!
stopped=
trap 'stopped=1; kill -TERM "$child" 2>/dev/null' TERM INT
wait "$child"
code=$?
# A wait that the signal ended does not know the child's code; the next one does.
if [ -n "$stopped" ]; then
  wait "$child"
  code=$?
fi
if [ "$code" -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 5 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
