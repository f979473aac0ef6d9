"""What stops the person or stands beside the work: questions, export, about."""
